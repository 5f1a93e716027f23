{#
    The parts of a statement that groups accepted predictions by some keys, once for all rows and once for every used
    slice slot:
        select <keys>, slice_slot(..) as slice_slot, slice_value(..) as slice_value, <measures>
        from <rows> group by grouping_sets_by_slice(rows, [keys])
    slice_slot is 0 for all rows; int_ml_slice_slots turns it into the slice_key. all_rows_keys: keys that all rows are
    grouped by too, and slices are not (there they are null).
#}
{% macro slice_slot(rows_alias, slots=none) %}
    {%- set slots = ml_monitor.used_slice_slots() if slots is none else slots -%}
    {%- if not slots -%}
        {{ return('0') }}
    {%- endif -%}
    case
            {%- for slot in slots %}
            when grouping({{ rows_alias }}.slice_{{ slot }}) = 0 then {{ slot }}
            {%- endfor %}
            else 0
        end
{%- endmacro %}


{% macro slice_value(rows_alias, slots=none) %}
    {%- set slots = ml_monitor.used_slice_slots() if slots is none else slots -%}
    {%- if not slots -%}
        {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}
    {%- endif -%}
    case
            {%- for slot in slots %}
            when grouping({{ rows_alias }}.slice_{{ slot }}) = 0 then coalesce({{ rows_alias }}.slice_{{ slot }}, '(null)')
            {%- endfor %}
        end
{%- endmacro %}


{% macro grouping_sets_by_slice(rows_alias, keys, slots=none, all_rows_keys=[]) %}
    {%- set slots = ml_monitor.used_slice_slots() if slots is none else slots -%}
    {%- set columns = [] -%}
    {%- for key in keys -%}
        {%- do columns.append(rows_alias ~ '.' ~ key) -%}
    {%- endfor -%}
    grouping sets (
        ({{ columns | join(', ') }}{% for key in all_rows_keys %}, {{ rows_alias }}.{{ key }}{% endfor %})
        {%- for slot in slots %},
        ({{ columns | join(', ') }}, {{ rows_alias }}.slice_{{ slot }})
        {%- endfor %}
    )
{%- endmacro %}


{#
    The same for several columns that are counted each by itself: a set for each column, and one for each column and slot.
#}
{% macro grouping_sets_by_column(rows_alias, keys, columns, slots) %}
    {%- set prefix = [] -%}
    {%- for key in keys -%}
        {%- do prefix.append(rows_alias ~ '.' ~ key) -%}
    {%- endfor -%}
    grouping sets (
        {%- for column in columns %}
        ({{ prefix | join(', ') }}, {{ rows_alias }}.{{ column }})
        {%- for slot in slots %},
        ({{ prefix | join(', ') }}, {{ rows_alias }}.{{ column }}, {{ rows_alias }}.slice_{{ slot }})
        {%- endfor %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{# The slots by which the features of a log are counted too. #}
{% macro feature_slice_slots(log) %}
    {{ return(log.feature_slices | map(attribute='slot') | list) }}
{% endmacro %}
