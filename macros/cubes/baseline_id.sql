{#
    What rows of int_ml_baseline_windows that mean the same rows have in common: one window is its granularity and
    start; several are the name of the baseline and the window that they are compared with.
#}
{% macro baseline_id(rows_alias) -%}
case
            when {{ rows_alias }}.baseline_name in ('previous', 'same_season')
                then concat({{ rows_alias }}.granularity, '/', cast({{ rows_alias }}.member_start as {{ dbt.type_string() }}))
            else concat(
                {{ rows_alias }}.baseline_name, '/', {{ rows_alias }}.granularity, '/',
                cast({{ rows_alias }}.window_start as {{ dbt.type_string() }})
            )
        end
{%- endmacro %}
