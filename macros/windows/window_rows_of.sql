{#
    CTEs up to `window_rows`: the rows of a day cube with the window that they belong to. Slices are not kept in trailing
    windows.
#}
{% macro window_rows_of(cube_relation) -%}
cubes as (

    select * from {{ cube_relation }}

),

window_days as (

    select * from {{ ref('int_ml_window_days') }}

),

window_rows as (

    select
        cubes.*,
        window_days.granularity,
        window_days.window_start
    from cubes
    inner join window_days
        on
            cubes.log_name = window_days.log_name
            and cubes.model_id = window_days.model_id
            and cubes.model_version = window_days.model_version
            and cubes.predicted_date = window_days.predicted_date
    where cubes.slice_key is null or window_days.granularity in ('day', 'week', 'month', 'reference', 'lifetime')

)
{%- endmacro %}
