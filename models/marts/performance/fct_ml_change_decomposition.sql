{%- set series = ['log_name', 'model_id', 'model_version', 'granularity', 'window_start', 'window_end', 'baseline_name', 'baseline_start'] %}
/*
    Grain: model, version, week or month, baseline (the previous window, the reference window), slice value and metric.
    What each slice did to the change of a metric that is a mean over rows, split in two (Kitagawa 1955, with the level
    of both windows as the origin):
      mix   (share of rows now - then) x (the slice's metric, mean of both windows - the metric of all rows, mean of both)
      rate  (share of rows, mean of both windows) x (the slice's metric now - then)
    Both, over the values of one slice, add up to the change exactly. A slice with rows in one of the windows only has no
    change of its own: its rate effect is 0, and the metric that it has stands for both. Only windows in which the metric
    has a value, and so has the baseline.
*/
with windows as (

    select * from {{ ref('int_ml_window_counts') }}
    where slice_key is null

),

comparisons as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.window_end,
        windows.is_complete,
        windows.is_in_baseline,
        case when baselines.granularity = 'reference' then 'reference' else 'previous' end as baseline_name,
        baselines.granularity as baseline_granularity,
        baselines.window_start as baseline_start
    from windows
    inner join windows as baselines
        on
            windows.log_name = baselines.log_name
            and windows.model_id = baselines.model_id
            and windows.model_version = baselines.model_version
            and (
                baselines.granularity = 'reference'
                or (windows.granularity = baselines.granularity and windows.window_start = baselines.window_end)
            )
    where windows.granularity in ('week', 'month')

),

/* means over rows, and how many rows */
measured as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        metric_name,
        metric_value,
        sample_count
    from {{ ref('int_ml_performance_measured') }}
    where
        granularity in ('week', 'month', 'reference')
        and metric_name in ('accuracy', 'base_rate', 'mean_score', 'brier', 'log_loss', 'mae', 'mse', 'bias')
        and sample_count > 0
    union all
    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        slice_key,
        slice_value,
        'selection_rate' as metric_name,
        {{ ml_monitor.safe_divide('predicted_positive_count', 'prediction_count') }} as metric_value,
        prediction_count as sample_count
    from {{ ref('int_ml_binary_windows') }}
    where
        granularity in ('week', 'month', 'reference')
        and prediction_count > 0

),

totals as (

    select * from measured
    where slice_key is null

),

changes as (

    select
        comparisons.*,
        current_totals.metric_name,
        current_totals.metric_value,
        baseline_totals.metric_value as reference_value,
        current_totals.sample_count as window_count,
        baseline_totals.sample_count as baseline_count
    from comparisons
    inner join totals as current_totals
        on
            comparisons.log_name = current_totals.log_name
            and comparisons.model_id = current_totals.model_id
            and comparisons.model_version = current_totals.model_version
            and comparisons.granularity = current_totals.granularity
            and comparisons.window_start = current_totals.window_start
    inner join totals as baseline_totals
        on
            comparisons.log_name = baseline_totals.log_name
            and comparisons.model_id = baseline_totals.model_id
            and comparisons.model_version = baseline_totals.model_version
            and comparisons.baseline_granularity = baseline_totals.granularity
            and comparisons.baseline_start = baseline_totals.window_start
            and current_totals.metric_name = baseline_totals.metric_name

),

sides as (

    {%- for side, granularity, start in [
        ('window', 'granularity', 'window_start'), ('baseline', 'baseline_granularity', 'baseline_start'),
    ] %}
    select
        changes.*,
        measured.slice_key,
        measured.slice_value,
        {%- for other in ['window', 'baseline'] %}
        {%- if other == side %}
        measured.metric_value as {{ other }}_slice_value,
        measured.sample_count as {{ other }}_slice_count
        {%- else %}
        cast(null as {{ ml_monitor.type_double() }}) as {{ other }}_slice_value,
        0 as {{ other }}_slice_count
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from changes
    inner join measured
        on
            changes.log_name = measured.log_name
            and changes.model_id = measured.model_id
            and changes.model_version = measured.model_version
            and changes.{{ granularity }} = measured.granularity
            and changes.{{ start }} = measured.window_start
            and changes.metric_name = measured.metric_name
    where measured.slice_key is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

slices as (

    select
        {{ series | join(',\n        ') }},
        is_complete,
        is_in_baseline,
        metric_name,
        metric_value,
        reference_value,
        slice_key,
        slice_value,
        max(window_slice_value) as window_slice_value,
        max(baseline_slice_value) as baseline_slice_value,
        cast(sum(window_slice_count) as {{ dbt.type_bigint() }}) as sample_count,
        cast(sum(baseline_slice_count) as {{ dbt.type_bigint() }}) as reference_count,
        {{ ml_monitor.safe_divide('sum(window_slice_count)', 'max(window_count)') }} as window_share,
        {{ ml_monitor.safe_divide('sum(baseline_slice_count)', 'max(baseline_count)') }} as baseline_share
    from sides
    group by
        {{ series | join(',\n        ') }},
        is_complete,
        is_in_baseline,
        metric_name,
        metric_value,
        reference_value,
        slice_key,
        slice_value

),

split as (

    select
        slices.*,
        (slices.window_share - slices.baseline_share) * (
            coalesce(slices.window_slice_value, slices.baseline_slice_value) / 2
            + coalesce(slices.baseline_slice_value, slices.window_slice_value) / 2
            - (slices.metric_value + slices.reference_value) / 2
        ) as mix_contribution,
        coalesce(
            (slices.window_share + slices.baseline_share) / 2 * (slices.window_slice_value - slices.baseline_slice_value), 0
        ) as rate_contribution
    from slices

),

matured as (

    select
        split.*,
        split.mix_contribution + split.rate_contribution as contribution,
        coalesce(maturity.is_mature and baseline_maturity.is_mature, false) as is_mature
    from split
    left join {{ ref('int_ml_window_maturity') }} as maturity
        on
            split.log_name = maturity.log_name
            and split.model_id = maturity.model_id
            and split.model_version = maturity.model_version
            and split.granularity = maturity.granularity
            and split.window_start = maturity.window_start
    left join {{ ref('int_ml_window_maturity') }} as baseline_maturity
        on
            split.log_name = baseline_maturity.log_name
            and split.model_id = baseline_maturity.model_id
            and split.model_version = baseline_maturity.model_version
            and case when split.baseline_name = 'reference' then 'reference' else split.granularity end = baseline_maturity.granularity
            and split.baseline_start = baseline_maturity.window_start

)

select
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    baseline_name,
    baseline_start,
    is_complete,
    is_mature,
    is_in_baseline,
    metric_name,
    metric_value,
    reference_value,
    metric_value - reference_value as difference,
    sample_count,
    reference_count,
    window_share,
    baseline_share,
    window_slice_value,
    baseline_slice_value,
    case
        when reference_count = 0 then 'window_only'
        when sample_count = 0 then 'baseline_only'
        else 'both'
    end as slice_presence,
    mix_contribution,
    rate_contribution,
    contribution,
    cast(row_number() over (
        partition by
            model_id, model_version, granularity, window_start, baseline_name, metric_name, slice_key
        /* equal but for the last digits is equal: the rank must not depend on the engine */
        order by floor(abs(contribution) * {{ ml_monitor.double_literal('1e10') }} + 0.5) desc, slice_value asc
    ) as {{ dbt.type_bigint() }}) as contribution_rank
from matured
