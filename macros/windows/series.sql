{# A number for the many key columns of a row of the CTE `windows`: what is sorted and joined behind it is long. #}
{% macro window_row_number(more_keys=[]) -%}
row_number() over (
            order by
                windows.log_name asc, windows.model_id asc, windows.model_version asc, windows.granularity asc,
                windows.window_start asc
                {%- for key in more_keys %}, windows.{{ key }} asc nulls first{% endfor %}
        )
{%- endmacro %}


{# The CTE `series_days`: the days of each row of the CTE `windows`, with these columns of it. #}
{% macro with_series_days(columns) -%}
series_days as (

    select
        {%- for column in columns %}
        windows.{{ column }},
        {%- endfor %}
        window_days.log_name,
        window_days.model_id,
        window_days.model_version,
        window_days.predicted_date
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start

)
{%- endmacro %}


{#
    The CTE `series_rows`: these columns of the labelled rows of every exact series, from a relation that has a row's day and its
    slice slots. It reads series_days with series_number, is_exact, slice_key and slice_value. logs: those whose slices may occur.
#}
{% macro with_series_rows(labelled, columns, logs) -%}
series_rows as (

    {{- ml_monitor._series_rows(labelled, columns) }}
    where
        series_days.is_exact
        and series_days.slice_key is null
    {%- for log in logs %}
    {%- for slice in log.slices %}
    union all
    {{- ml_monitor._series_rows(labelled, columns) }}
            and coalesce(labelled.slice_{{ slice.slot }}, '(null)') = series_days.slice_value
    where
        series_days.is_exact
        and series_days.log_name = '{{ log.name }}'
        and series_days.slice_key = '{{ slice.slice_key }}'
    {%- endfor %}
    {%- endfor %}

)
{%- endmacro %}


{% macro _series_rows(labelled, columns) %}
    select
        series_days.series_number,
        {%- for column in columns %}
        labelled.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ labelled }} as labelled
    inner join series_days
        on
            labelled.log_name = series_days.log_name
            and labelled.model_id = series_days.model_id
            and labelled.model_version = series_days.model_version
            and labelled.predicted_date = series_days.predicted_date
{%- endmacro %}
