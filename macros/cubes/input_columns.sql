{# The canonical columns of the input views, read from one log's tables. Optional ones that a log lacks are null. #}

{% macro input_column(table, canonical, kind, required=false) %}
    {%- set raw = ml_monitor.declared_column(table, canonical, required) -%}
    {%- if raw is none -%}
        {{ return('cast(null as ' ~ (dbt.type_string() if kind == 'text' else ml_monitor._cast_type(kind)) ~ ')') }}
    {%- endif -%}
    {{ return(ml_monitor.try_cast('raw_rows.' ~ raw, kind)) }}
{% endmacro %}


{# Whether the raw value is there at all: tells a value that cannot be read from one that is missing. #}
{% macro input_has(table, canonical, required=false) %}
    {%- set raw = ml_monitor.declared_column(table, canonical, required) -%}
    {{ return('raw_rows.' ~ raw ~ ' is not null' if raw is not none else 'false') }}
{% endmacro %}


{# The raw values of a row in one text, for whoever looks at a rejected row. loaded_at stands beside it. #}
{% macro input_raw_values(table, canonical_columns) %}
    {%- set parts = [] -%}
    {%- for canonical in canonical_columns -%}
        {%- set raw = ml_monitor.declared_column(table, canonical, true) -%}
        {%- do parts.append("'" ~ raw ~ "=', coalesce(cast(raw_rows." ~ raw ~ " as " ~ dbt.type_string() ~ "), 'null')") -%}
    {%- endfor -%}
    {{ return('concat(' ~ parts | join(", '; ', ") ~ ')') }}
{% endmacro %}


{# The columns that a log's task cannot do without, under their canonical names. #}
{% macro required_prediction_columns(log) %}
    {%- set required = ['predicted_at'] -%}
    {%- if log.task == 'ranking' -%}
        {%- do required.extend(['request_id', 'item_id', 'rank']) -%}
    {%- else -%}
        {%- do required.append('prediction_id') -%}
    {%- endif -%}
    {%- if log.task == 'binary_classification' -%}
        {%- do required.append('score') -%}
    {%- elif log.task == 'multiclass_classification' -%}
        {%- do required.append('predicted_label') -%}
    {%- elif log.task == 'regression' -%}
        {%- do required.append('predicted_value') -%}
    {%- endif -%}
    {%- if log.model_id is none -%}
        {%- do required.append('model_id') -%}
    {%- endif -%}
    {%- if log.model_version is none -%}
        {%- do required.append('model_version') -%}
    {%- endif -%}
    {{ return(required) }}
{% endmacro %}


{% macro required_outcome_columns(log) %}
    {{ return((['request_id', 'item_id'] if log.task == 'ranking' else ['prediction_id']) + ['observed_at', 'actual']) }}
{% endmacro %}


{% macro required_class_score_columns() %}
    {{ return(['prediction_id', 'class_label', 'class_score']) }}
{% endmacro %}


{#
    The key that joins a prediction to its outcome, as text. Ranking rows are keyed by request and item; there the two
    stay null together, so that a row without one of them is seen as having no key.
#}
{% macro input_prediction_id(log, table) %}
    {%- if log.task == 'ranking' -%}
        {%- set request = ml_monitor.input_column(table, 'request_id', 'text', true) -%}
        {%- set item = ml_monitor.input_column(table, 'item_id', 'text', true) -%}
        {{ return(request ~ " || '/' || " ~ item) }}
    {%- endif -%}
    {{ return(ml_monitor.input_column(table, 'prediction_id', 'text', true)) }}
{% endmacro %}


{# A declared slice as text; null is a value of its own, and combined columns are joined by ' x '. #}
{% macro input_slice(slice) %}
    {%- set parts = [] -%}
    {%- for column in slice.columns -%}
        {%- do parts.append("coalesce(cast(raw_rows." ~ column ~ " as " ~ dbt.type_string() ~ "), '(null)')") -%}
    {%- endfor -%}
    {{ return(parts | join(" || ' x ' || ")) }}
{% endmacro %}


{# The eight slice columns of one log, from one of its tables ('predictions' or 'features'). #}
{% macro input_slice_columns(log, table_name) %}
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    {%- set slice = log.slices | selectattr('slot', 'equalto', slot) | selectattr('table', 'equalto', table_name) | list %}
    {{ ml_monitor.input_slice(slice[0]) if slice else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as slice_{{ slot }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}
