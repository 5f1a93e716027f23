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


{#
    The same for a cube by known_date and superseded_date, with windows as they are now (known_at is null) and as they were
    known before the dates of int_ml_known_windows. A row without known_date counts in windows of now only.
#}
{% macro known_window_rows_of(cube_relation, task) -%}
cubes as (

    select * from {{ cube_relation }}

),

window_looks as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end,
        predicted_date,
        cast(null as date) as known_at
    from {{ ref('int_ml_window_days') }}
    union all
    select
        window_days.log_name,
        window_days.model_id,
        window_days.model_version,
        window_days.granularity,
        window_days.window_start,
        window_days.window_end,
        window_days.predicted_date,
        known_windows.known_at
    from {{ ref('int_ml_known_windows') }} as known_windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            known_windows.log_name = window_days.log_name
            and known_windows.model_id = window_days.model_id
            and known_windows.model_version = window_days.model_version
            and known_windows.granularity = window_days.granularity
            and known_windows.window_start = window_days.window_start
    where known_windows.task = '{{ task }}'

),

window_rows as (

    select
        cubes.*,
        window_looks.granularity,
        window_looks.window_start,
        window_looks.window_end,
        window_looks.known_at
    from cubes
    inner join window_looks
        on
            cubes.log_name = window_looks.log_name
            and cubes.model_id = window_looks.model_id
            and cubes.model_version = window_looks.model_version
            and cubes.predicted_date = window_looks.predicted_date
    where
        (
            window_looks.known_at is null
            and cubes.superseded_date is null
            and (
                cubes.slice_key is null
                or window_looks.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
            )
        )
        or (
            {{ ml_monitor.is_known_before('cubes', 'window_looks.known_at') | indent(4) }}
        )

)
{%- endmacro %}
