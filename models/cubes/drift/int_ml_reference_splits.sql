{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail') }}
{#- rows, and what is looked at in them: slot, subject, feature -#}
{%- set sources = {'score_rows': [('score', 'score', 'score'), ('predicted_value', 'prediction', 'predicted_value')]} %}
{%- for log in ml_monitor.prediction_logs() if log.numeric_features %}
{%- set columns = [] %}
{%- for feature in log.numeric_features %}
{%- do columns.append(('n' ~ loop.index, 'feature', feature)) %}
{%- endfor %}
{%- do sources.update({'log_' ~ loop.index ~ '_rows': columns}) %}
{%- endfor %}
/*
    Grain: log, model, version, bin version, subject, numeric feature and split value; and one row without a split value
    for every feature that has been looked at. Values of the reference at which a fine cell is divided, because more than
    1 % of the reference lies in it: each value that 0.5 % of the reference or more share, and between these the first
    value after every 0.5 % of the reference. Less than 1 % then lies between two neighbours. Usually there are none.
    Frozen like the deciles, each feature by itself.
*/
with due_edges as (

    select
        edges.log_name,
        edges.model_id,
        edges.model_version,
        edges.bin_version,
        edges.subject,
        edges.feature_name,
        edges.is_discrete,
        edges.reference_minimum,
        edges.reference_maximum,
        {%- for position in range(1, 14) %}
        least(edges.knot_{{ position }}, edges.reference_maximum) as knot_{{ position }},
        {%- endfor %}
        bin_versions.version_number,
        row_number() over (
            order by bin_versions.version_number asc, edges.subject asc, edges.feature_name asc
        ) as edges_number
    from {{ ref('int_ml_bin_edges') }} as edges
    inner join {{ ref('int_ml_bin_versions') }} as bin_versions
        on
            edges.log_name = bin_versions.log_name
            and edges.model_id = bin_versions.model_id
            and edges.model_version = bin_versions.model_version
            and edges.bin_version = bin_versions.bin_version
    {%- if ml_monitor.is_partial_build() %}
    left join (
        select
            log_name,
            model_id,
            model_version,
            bin_version,
            subject,
            feature_name
        from {{ this }}
        group by
            log_name,
            model_id,
            model_version,
            bin_version,
            subject,
            feature_name
    ) as frozen
        on
            edges.log_name = frozen.log_name
            and edges.model_id = frozen.model_id
            and edges.model_version = frozen.model_version
            and edges.bin_version = frozen.bin_version
            and edges.subject = frozen.subject
            and edges.feature_name = frozen.feature_name
    {%- endif %}
    where
        edges.subject != 'label'
        and not edges.is_discrete
    {%- if ml_monitor.is_partial_build() %}
        and frozen.feature_name is null
    {%- endif %}

),

due_versions as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        version_number
    from due_edges
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        version_number

),

pending as (

    select
        reference_days.log_name,
        reference_days.model_id,
        reference_days.model_version,
        reference_days.predicted_date,
        due_versions.version_number
    from {{ ref('int_ml_reference_days') }} as reference_days
    inner join due_versions
        on
            reference_days.log_name = due_versions.log_name
            and reference_days.model_id = due_versions.model_id
            and reference_days.model_version = due_versions.model_version
            and reference_days.bin_version = due_versions.bin_version

),

score_rows as (

    select
        predictions.log_name,
        predictions.model_id,
        predictions.model_version,
        predictions.predicted_date,
        predictions.score,
        predictions.predicted_value
    from {{ ref('fct_ml_predictions') }} as predictions
    where {{ ml_monitor.in_days_of('pending') }}

)

{%- for log in ml_monitor.prediction_logs() if log.numeric_features %},

log_{{ loop.index }}_rows as (

    {{ ml_monitor.feature_rows(log, days_condition=ml_monitor.in_days_of('pending')) }}

)
{%- endfor %}
{%- for rows, columns in sources.items() %},

{{ rows }}_of_versions as (

    select
        pending.version_number
        {%- for slot, subject, feature in columns %},
        reference_rows.{{ slot }}
        {%- endfor %}
    from {{ rows }} as reference_rows
    left join pending
        on
            reference_rows.log_name = pending.log_name
            and reference_rows.model_id = pending.model_id
            and reference_rows.model_version = pending.model_version
            and reference_rows.predicted_date = pending.predicted_date

)
{%- endfor %},

long as (

    {%- for rows, columns in sources.items() %}
    {%- for slot, subject, feature in columns %}
    select
        version_number,
        '{{ subject }}' as subject,
        '{{ feature }}' as feature_name,
        {{ slot }} as cell_value
    from {{ rows }}_of_versions
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

celled as (

    select
        edges.edges_number,
        long.cell_value,
        {{ ml_monitor.cell_key('long.cell_value', 'edges.') }} as cell_key
    from long
    inner join due_edges as edges
        on
            long.version_number = edges.version_number
            and long.subject = edges.subject
            and long.feature_name = edges.feature_name
    where {{ ml_monitor.is_finite('long.cell_value') }}

),

counted as (

    select
        edges_number,
        cell_key,
        count(*) as row_count
    from celled
    group by
        edges_number,
        cell_key

),

shares as (

    select
        counted.*,
        cast(sum(counted.row_count) over (partition by counted.edges_number) as {{ ml_monitor.type_double() }}) as reference_count
    from counted

),

heavy_cells as (

    select
        shares.edges_number,
        shares.cell_key,
        shares.reference_count
    from shares
    inner join due_edges as edges
        on shares.edges_number = edges.edges_number
    where
        100 * shares.row_count > shares.reference_count
        and not {{ ml_monitor.is_point_cell('shares.cell_key', 'edges.') }}

),

heavy_values as (

    select
        heavy_cells.edges_number,
        heavy_cells.cell_key,
        heavy_cells.reference_count,
        celled.cell_value,
        count(*) as row_count
    from celled
    inner join heavy_cells
        on
            celled.edges_number = heavy_cells.edges_number
            and celled.cell_key = heavy_cells.cell_key
    group by
        heavy_cells.edges_number,
        heavy_cells.cell_key,
        heavy_cells.reference_count,
        celled.cell_value

),

cumulated as (

    select
        heavy_values.*,
        sum(heavy_values.row_count) over (
            partition by heavy_values.edges_number, heavy_values.cell_key
            order by heavy_values.cell_value asc nulls last
            rows between unbounded preceding and current row
        ) - heavy_values.row_count as row_count_below
    from heavy_values

),

/* steps of 0.5 % of the reference that lie wholly below a value */
stepped as (

    select
        cumulated.*,
        floor(200 * cumulated.row_count_below / cumulated.reference_count) as step_number
    from cumulated

),

compared as (

    select
        stepped.*,
        coalesce(lag(stepped.step_number) over (
            partition by stepped.edges_number, stepped.cell_key
            order by stepped.cell_value asc nulls last
        ), 0) as step_number_before
    from stepped

),

splits as (

    select
        edges_number,
        cell_key,
        cell_value as split_value
    from compared
    where
        step_number > step_number_before
        or 200 * row_count >= reference_count
    union all
    select
        edges_number,
        cast(null as {{ ml_monitor.type_double() }}) as cell_key,
        cast(null as {{ ml_monitor.type_double() }}) as split_value
    from counted
    group by edges_number

)

select
    edges.log_name,
    edges.model_id,
    edges.model_version,
    edges.bin_version,
    edges.subject,
    edges.feature_name,
    splits.cell_key,
    splits.split_value
from splits
inner join due_edges as edges
    on splits.edges_number = edges.edges_number
