{#
    The feature values of one log's accepted predictions, one row a prediction:
      log_name, model_id, model_version, prediction_id, predicted_date,
      n1, n2, ... the numeric features as doubles, c1, c2, ... the categorical ones as text, in declared order,
      slice_1, ... those slices by which the features of the log are counted too.
    `days_join` is a join clause over the alias `predictions` that keeps the days that are wanted; or `days_condition` a
    condition over it.

    Features in a table of their own join by id; an id that stands there more than once gives its greatest values, so
    that the choice is always the same. Features in the prediction table are read from it directly. An id that also
    belongs to a rejected row takes a slower way: the raw row that equals the accepted one.
#}
{% macro feature_rows(log, days_join='', days_condition='1 = 1') %}
    {%- set rows = ml_monitor._own_feature_rows if log.features is not none else ml_monitor._in_table_feature_rows -%}
    {{ return(rows(log, days_join, days_condition)) }}
{% endmacro %}


{% macro _feature_columns(log, rows_alias) %}
    {%- for feature in log.numeric_features %}
            cast({{ rows_alias }}.{{ feature }} as {{ ml_monitor.type_double() }}) as n{{ loop.index }},
    {%- endfor %}
    {%- for feature in log.categorical_features %}
            cast({{ rows_alias }}.{{ feature }} as {{ dbt.type_string() }}) as c{{ loop.index }},
    {%- endfor %}
{% endmacro %}


{% macro feature_slots(log) %}
    {%- set slots = [] -%}
    {%- for feature in log.numeric_features -%}
        {%- do slots.append('n' ~ loop.index) -%}
    {%- endfor -%}
    {%- for feature in log.categorical_features -%}
        {%- do slots.append('c' ~ loop.index) -%}
    {%- endfor -%}
    {{ return(slots) }}
{% endmacro %}


{% macro _own_feature_rows(log, days_join, days_condition) %}
    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.prediction_id,
        predictions.predicted_date
        {%- for slot in ml_monitor.feature_slots(log) %},
        features.{{ slot }}
        {%- endfor %}
        {%- for slice in log.feature_slices %},
        predictions.slice_{{ slice.slot }}
        {%- endfor %}
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ days_join }}
    left join (
        select
            typed.prediction_id
            {%- for slot in ml_monitor.feature_slots(log) %},
            max(typed.{{ slot }}) as {{ slot }}
            {%- endfor %}
        from (
            select
                {{- ml_monitor._feature_columns(log, 'raw_rows') }}
                {{ ml_monitor.input_prediction_id(log, log.features) }} as prediction_id
            from {{ ml_monitor.declared_relation(log.features.relation) }} as raw_rows
        ) as typed
        group by typed.prediction_id
    ) as features
        on predictions.prediction_id = features.prediction_id
    where
        predictions.log_name = '{{ log.name }}'
        and {{ days_condition }}
{% endmacro %}


{% macro _in_table_feature_rows(log, days_join, days_condition) %}
    {%- set table = log.predictions %}
    {%- set required = ml_monitor.required_prediction_columns(log) %}
    {%- set predicted_at = ml_monitor.input_column(table, 'predicted_at', 'timestamp', true) %}
    {%- set keys %}
            '{{ log.name }}' as log_name,
            {% if log.model_id is not none %}'{{ log.model_id }}'{% else %}{{ ml_monitor.input_column(table, 'model_id', 'text', true) }}{% endif %} as model_id,
            {% if log.model_version is not none %}'{{ log.model_version }}'{% else %}{{ ml_monitor.input_column(table, 'model_version', 'text', true) }}{% endif %} as model_version,
            {{ ml_monitor.input_prediction_id(log, table) }} as prediction_id,
            {{ ml_monitor.raw_date(predicted_at) }} as predicted_date
    {%- endset %}
    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.prediction_id,
        predictions.predicted_date
        {%- for slot in ml_monitor.feature_slots(log) %},
        predictions.{{ slot }}
        {%- endfor %}
        {%- for slice in log.feature_slices %},
        predictions.slice_{{ slice.slot }}
        {%- endfor %}
    from (
        select
            {{- ml_monitor._feature_columns(log, 'raw_rows') }}
            {%- for slice in log.feature_slices %}
            {{ ml_monitor.input_slice(slice) }} as slice_{{ slice.slot }},
            {%- endfor %}
            {{- keys }}
        from {{ ml_monitor.declared_relation(table.relation) }} as raw_rows
    ) as predictions
    {{ days_join }}
    left join {{ ref('int_ml_rejected_ids') }} as rejected_ids
        on
            predictions.log_name = rejected_ids.log_name
            and predictions.prediction_id = rejected_ids.prediction_id
    where
        rejected_ids.prediction_id is null
        and predictions.prediction_id is not null
        and {{ days_condition }}
    union all
    select
        matching.log_name,
        matching.model_id,
        matching.model_version,
        matching.prediction_id,
        matching.predicted_date
        {%- for slot in ml_monitor.feature_slots(log) %},
        matching.{{ slot }}
        {%- endfor %}
        {%- for slice in log.feature_slices %},
        matching.slice_{{ slice.slot }}
        {%- endfor %}
    from (
        select
            predictions.*,
            {%- for slice in log.feature_slices %}
            accepted.slice_{{ slice.slot }},
            {%- endfor %}
            row_number() over (
                partition by predictions.model_id, predictions.model_version, predictions.prediction_id
                order by
                    predictions.raw_score asc nulls last
                    {%- for slot in ml_monitor.feature_slots(log) %},
                    predictions.{{ slot }} asc nulls last
                    {%- endfor %}
            ) as match_number
        from (
            select
                {{- ml_monitor._feature_columns(log, 'raw_rows') }}
                {{ predicted_at }} as raw_predicted_at,
                {{ ml_monitor.input_column(table, 'score', 'float', 'score' in required) }} as raw_score,
                {{ ml_monitor.input_column(table, 'predicted_value', 'float', 'predicted_value' in required) }} as raw_predicted_value,
                {{ ml_monitor.input_column(table, 'rank', 'integer', 'rank' in required) }} as raw_item_rank,
                {{- keys }}
            from {{ ml_monitor.declared_relation(table.relation) }} as raw_rows
        ) as predictions
        {{ days_join }}
        inner join {{ ref('int_ml_rejected_ids') }} as rejected_ids
            on
                predictions.log_name = rejected_ids.log_name
                and predictions.prediction_id = rejected_ids.prediction_id
        inner join {{ ref('fct_ml_predictions') }} as accepted
            on
                predictions.log_name = accepted.log_name
                and predictions.model_id = accepted.model_id
                and predictions.model_version = accepted.model_version
                and predictions.prediction_id = accepted.prediction_id
                and predictions.raw_predicted_at = accepted.predicted_at
                and coalesce(predictions.raw_score, -1) = coalesce(accepted.score, -1)
                and coalesce(predictions.raw_predicted_value, -1) = coalesce(accepted.predicted_value, -1)
                and coalesce(predictions.raw_item_rank, -1) = coalesce(accepted.item_rank, -1)
        where {{ days_condition }}
    ) as matching
    where matching.match_number = 1
{% endmacro %}
