{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail') }}
{%- set chunk_size = 60 %}
{#- name of a chunk, log (none: all), rows, and its columns: slot, subject, feature -#}
{%- set chunks = [['score', none, 'score_rows', [['n1', 'score', 'score'], ['n2', 'prediction', 'predicted_value']]]] %}
{%- for log in ml_monitor.prediction_logs() %}
{%- set log_number = loop.index %}
{%- for features in log.numeric_features | batch(chunk_size) %}
{%- set offset = loop.index0 * chunk_size %}
{%- set slots = [] %}
{%- for feature in features %}
{%- do slots.append(['n' ~ (offset + loop.index), 'feature', feature]) %}
{%- endfor %}
{%- do chunks.append(['log_' ~ log_number ~ '_' ~ loop.index, log.name, 'log_' ~ log_number ~ '_rows', slots]) %}
{%- endfor %}
{%- endfor %}
{%- set days_join %}
    inner join pending
        on
            predictions.log_name = pending.log_name
            and predictions.model_id = pending.model_id
            and predictions.model_version = pending.model_version
            and predictions.predicted_date = pending.predicted_date
{%- endset %}
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
        bin_versions.version_number
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

pending as (

    select
        reference_days.log_name,
        reference_days.model_id,
        reference_days.model_version,
        reference_days.predicted_date,
        due_versions.version_number
    from {{ ref('int_ml_reference_days') }} as reference_days
    inner join (
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
    ) as due_versions
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
        predictions.score as n1,
        predictions.predicted_value as n2
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ days_join }}

)

{%- for log in ml_monitor.prediction_logs() %}
{%- if log.numeric_features %},

log_{{ loop.index }}_rows as (

    {{ ml_monitor.feature_rows(log, days_join) }}

)
{%- endif %}
{%- endfor %}
{%- for chunk, log_name, rows, slots in chunks %}
{%- set cells = [] %}
{%- for slot, subject, feature in slots %}
{%- do cells.append(slot ~ '_cell') %}
{%- endfor %},

{{ chunk }}_edges as (

    {{ ml_monitor.wide_knots(log_name, slots) }}

),

{{ chunk }}_celled as (

    select
        pending.version_number
        {%- for slot, subject, feature in slots %},
        feature_rows.{{ slot }},
        {{ ml_monitor.cell_key('feature_rows.' ~ slot, 'edges.' ~ slot ~ '_') }} as {{ slot }}_cell
        {%- endfor %}
    from {{ rows }} as feature_rows
    inner join pending
        on
            feature_rows.log_name = pending.log_name
            and feature_rows.model_id = pending.model_id
            and feature_rows.model_version = pending.model_version
            and feature_rows.predicted_date = pending.predicted_date
    inner join {{ chunk }}_edges as edges
        on pending.version_number = edges.version_number

),

{{ chunk }}_counted as (

    select
        celled.version_number,
        case
            {%- for slot, subject, feature in slots %}
            when grouping(celled.{{ slot }}_cell) = 0 then '{{ subject }}'
            {%- endfor %}
        end as subject,
        case
            {%- for slot, subject, feature in slots %}
            when grouping(celled.{{ slot }}_cell) = 0 then '{{ feature }}'
            {%- endfor %}
        end as feature_name,
        coalesce(celled.{{ cells | join(', celled.') }}) as cell_key,
        count(*) as row_count
    from {{ chunk }}_celled as celled
    group by
        {{ ml_monitor.grouping_sets_by_column('celled', ['version_number'], cells, []) }}

)
{%- endfor %},

counted as (

    {%- for chunk, log_name, rows, slots in chunks %}
    select * from {{ chunk }}_counted
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

shares as (

    select
        counted.version_number,
        counted.subject,
        counted.feature_name,
        counted.cell_key,
        counted.row_count,
        cast(sum(counted.row_count) over (
            partition by counted.version_number, counted.subject, counted.feature_name
        ) as {{ ml_monitor.type_double() }}) as reference_count
    from counted
    inner join due_edges
        on
            counted.version_number = due_edges.version_number
            and counted.subject = due_edges.subject
            and counted.feature_name = due_edges.feature_name
    where {{ ml_monitor.is_finite('counted.cell_key') }}

),

heavy_cells as (

    select
        shares.version_number,
        shares.subject,
        shares.feature_name,
        shares.cell_key,
        shares.reference_count
    from shares
    where
        shares.row_count > {{ ml_monitor.double_literal('0.01') }} * shares.reference_count
        and shares.cell_key between 100 and 1499
        and shares.cell_key - 100 * floor(shares.cell_key / 100) != 20

),

heavy_values as (

    {%- for chunk, log_name, rows, slots in chunks %}
    {%- for slot, subject, feature in slots %}
    select
        heavy_cells.version_number,
        heavy_cells.subject,
        heavy_cells.feature_name,
        heavy_cells.cell_key,
        heavy_cells.reference_count,
        celled.{{ slot }} as cell_value,
        count(*) as row_count
    from {{ chunk }}_celled as celled
    inner join heavy_cells
        on
            celled.version_number = heavy_cells.version_number
            and celled.{{ slot }}_cell = heavy_cells.cell_key
    where
        heavy_cells.subject = '{{ subject }}'
        and heavy_cells.feature_name = '{{ feature }}'
    group by
        heavy_cells.version_number,
        heavy_cells.subject,
        heavy_cells.feature_name,
        heavy_cells.cell_key,
        heavy_cells.reference_count,
        celled.{{ slot }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

cumulated as (

    select
        heavy_values.*,
        sum(heavy_values.row_count) over (
            partition by
                heavy_values.version_number, heavy_values.subject, heavy_values.feature_name, heavy_values.cell_key
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
            partition by stepped.version_number, stepped.subject, stepped.feature_name, stepped.cell_key
            order by stepped.cell_value asc nulls last
        ), 0) as step_number_before
    from stepped

),

splits as (

    select
        version_number,
        subject,
        feature_name,
        cell_key,
        cell_value as split_value
    from compared
    where
        step_number > step_number_before
        or 200 * row_count >= reference_count
    union all
    select
        version_number,
        subject,
        feature_name,
        cast(null as {{ ml_monitor.type_double() }}) as cell_key,
        cast(null as {{ ml_monitor.type_double() }}) as split_value
    from shares
    group by
        version_number,
        subject,
        feature_name

)

select
    due_edges.log_name,
    due_edges.model_id,
    due_edges.model_version,
    due_edges.bin_version,
    due_edges.subject,
    due_edges.feature_name,
    splits.cell_key,
    splits.split_value
from splits
inner join due_edges
    on
        splits.version_number = due_edges.version_number
        and splits.subject = due_edges.subject
        and splits.feature_name = due_edges.feature_name
