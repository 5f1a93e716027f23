{{ config(**ml_monitor.replaced_by_window()) }}
{%- set group_limit = 64 %}
{%- set double = ml_monitor.type_double() %}
{%- set groups_of_replicate = 'drawn.series_number, drawn.replicate' %}
/*
    Grain: log, model, version and week, month, reference or lifetime window with two rows or more of each class. 95 % interval of
    the KS separation, of all rows. Being the largest of many distances it is too large in small windows: a Poisson
    bootstrap says by how much (each row of a replicate counts Poisson(1) times, so a group of k rows of a class Poisson(k)
    times). It is Efron's optimism (1983): the distance of a replicate where that is largest, minus the window's own distance
    there. The interval is about the corrected value, cut at 0 and 1; to either side Student's t, of the smaller class, times
    the root of two squares: the standard error of the two shares above the score where the distance is largest
    (Raghavachari 1973), with one row more of each kind (Agresti and Caffo 2000), and two fifths of the correction, which is
    itself no more than estimated. Groups: score cells, merged into at most 64 of about as many rows. A draw comes from md5 of window, group
    and replicate: the same in every build and on every engine.
*/
with windows as (

    select
        ranked.log_name,
        ranked.model_id,
        ranked.model_version,
        ranked.granularity,
        ranked.window_start,
        ranked.ks_separation,
        cast(ranked.positive_count as {{ double }}) as positive_total,
        cast(ranked.negative_count as {{ double }}) as negative_total,
        concat(
            ranked.log_name, '|', ranked.model_id, '|', ranked.model_version, '|', ranked.granularity, '|',
            cast(ranked.window_start as {{ dbt.type_string() }})
        ) as series_key,
        row_number() over (
            order by
                ranked.log_name asc, ranked.model_id asc, ranked.model_version asc, ranked.granularity asc, ranked.window_start asc
        ) as series_number
    from {{ ref('int_ml_ranked_windows') }} as ranked
    {{ ml_monitor.in_dirty_windows('ranked') }}
    where
        ranked.slice_key is null
        and ranked.granularity in ('week', 'month', 'reference', 'lifetime')
        and ranked.positive_count > 1
        and ranked.negative_count > 1

),

cells as (

    select
        windows.series_number,
        cubes.score_cell,
        cast(sum(cubes.positive_count) as {{ double }}) as positive_count,
        cast(sum(cubes.negative_count) as {{ double }}) as negative_count
    from windows
    inner join {{ ref('int_ml_window_days') }} as window_days
        on
            windows.log_name = window_days.log_name
            and windows.model_id = window_days.model_id
            and windows.model_version = window_days.model_version
            and windows.granularity = window_days.granularity
            and windows.window_start = window_days.window_start
    inner join {{ ref('int_ml_scores_counted') }} as cubes
        on
            window_days.log_name = cubes.log_name
            and window_days.model_id = cubes.model_id
            and window_days.model_version = cubes.model_version
            and window_days.predicted_date = cubes.predicted_date
    where cubes.slice_key is null
    group by
        windows.series_number,
        cubes.score_cell

),

placed as (

    select
        cells.*,
        sum(cells.positive_count + cells.negative_count) over (
            partition by cells.series_number
            order by cells.score_cell desc
            rows between unbounded preceding and current row
        ) - cells.positive_count - cells.negative_count as rows_above,
        sum(cells.positive_count + cells.negative_count) over (partition by cells.series_number) as row_total
    from cells

),

score_groups as (

    select
        series_number,
        cast(floor(rows_above * {{ group_limit }} / row_total) as int) as group_number,
        sum(positive_count) as positive_count,
        sum(negative_count) as negative_count
    from placed
    group by
        series_number,
        cast(floor(rows_above * {{ group_limit }} / row_total) as int)

),

replicates as (

    {{ dbt.generate_series(ml_monitor.setting('bootstrap_replicates') | int) }}

),

hashed as {{ ml_monitor.materialized() }}(

    select
        score_groups.*,
        replicates.generated_number as replicate,
        md5(concat(
            windows.series_key, '|', cast(score_groups.group_number as {{ dbt.type_string() }}), '|',
            cast(replicates.generated_number as {{ dbt.type_string() }})
        )) as digits
    from score_groups
    inner join windows
        on score_groups.series_number = windows.series_number
    cross join replicates

),

uniforms as {{ ml_monitor.materialized() }}(

    select
        hashed.series_number,
        hashed.replicate,
        hashed.group_number,
        hashed.positive_count,
        hashed.negative_count,
        {%- for class, first_digit in [('positive', 1), ('negative', 8)] %}
        ({{ ml_monitor.hex_number('substr(hashed.digits, ' ~ first_digit ~ ', 7)') }} + {{ ml_monitor.double_literal('0.5') }})
        / {{ ml_monitor.double_literal('268435456') }} as {{ class }}_uniform{{ ',' if not loop.last }}
        {%- endfor %}
    from hashed

),

normals as {{ ml_monitor.materialized() }}(

    select
        uniforms.*,
        {%- for class in ['positive', 'negative'] %}
        {{ ml_monitor.rough_normal_quantile('uniforms.' ~ class ~ '_uniform') }} as {{ class }}_normal{{ ',' if not loop.last }}
        {%- endfor %}
    from uniforms

),

/* replicate 0 is what was measured */
drawn as (

    select
        normals.series_number,
        normals.replicate,
        normals.group_number,
        {%- for class in ['positive', 'negative'] %}
        {{ ml_monitor.poisson_draw('normals.' ~ class ~ '_count', 'normals.' ~ class ~ '_uniform', 'normals.' ~ class ~ '_normal') }} as {{ class }}_count
        {{- ',' if not loop.last }}
        {%- endfor %}
    from normals
    union all
    select
        score_groups.series_number,
        0 as replicate,
        score_groups.group_number,
        score_groups.positive_count,
        score_groups.negative_count
    from score_groups

),

shares as (

    select
        drawn.series_number,
        drawn.replicate,
        drawn.group_number,
        {%- for class in ['positive', 'negative'] %}
        sum(drawn.{{ class }}_count) over (
            partition by {{ groups_of_replicate }}
            order by drawn.group_number asc
            rows between unbounded preceding and current row
        ) / nullif(sum(drawn.{{ class }}_count) over (partition by {{ groups_of_replicate }}), 0) as {{ class }}_share
        {{- ',' if not loop.last }}
        {%- endfor %}
    from drawn

),

distances as (

    select
        shares.*,
        abs(shares.positive_share - shares.negative_share) as distance,
        row_number() over (
            partition by shares.series_number, shares.replicate
            order by abs(shares.positive_share - shares.negative_share) desc nulls last, shares.group_number asc
        ) as place
    from shares

),

measured as (

    select * from distances
    where replicate = 0

),

biases as (

    select
        distances.series_number,
        avg(distances.distance - measured.distance) as bias
    from distances
    inner join measured
        on
            distances.series_number = measured.series_number
            and distances.group_number = measured.group_number
    where
        distances.replicate > 0
        and distances.place = 1
    group by distances.series_number

),

errors as (

    select
        windows.*,
        windows.ks_separation - biases.bias as corrected,
        biases.bias,
        least(windows.positive_total, windows.negative_total) - 1 as degrees_of_freedom,
        sqrt(
            {%- for class in ['positive', 'negative'] %}
            {{ '+ ' if not loop.first }}(measured.{{ class }}_share * windows.{{ class }}_total + 1)
            * ((1 - measured.{{ class }}_share) * windows.{{ class }}_total + 1)
            / power(windows.{{ class }}_total + 2, 3)
            {%- endfor %}
        ) as ks_standard_error
    from windows
    inner join biases
        on windows.series_number = biases.series_number
    inner join measured
        on
            windows.series_number = measured.series_number
            and measured.place = 1

),

reaches as (

    select
        errors.*,
        {{ ml_monitor.student_t_95('errors.degrees_of_freedom') }}
        * sqrt(errors.ks_standard_error * errors.ks_standard_error + {{ ml_monitor.double_literal('0.16') }} * errors.bias * errors.bias) as reach
    from errors

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    cast(null as {{ dbt.type_string() }}) as slice_key,
    cast(null as {{ dbt.type_string() }}) as slice_value,
    ks_standard_error,
    {{ ml_monitor.clip('corrected - reach', '0', '1') }} as ks_lower,
    {{ ml_monitor.clip('corrected + reach', '0', '1') }} as ks_upper
from reaches
