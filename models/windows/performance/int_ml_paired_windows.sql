{{ config(**ml_monitor.replaced_by_window()) }}
{%- set losses = {
    'accuracy': "case when {version}_predicted_label = case actual_value when 1 then '1' when 0 then '0' end then 1 else 0 end",
    'brier': '({version}_score - actual_value) * ({version}_score - actual_value)',
    'log_loss': 'loss',
    'mae': 'abs({version}_predicted_value - actual_value)',
    'mse': '({version}_predicted_value - actual_value) * ({version}_predicted_value - actual_value)',
    'bias': '{version}_predicted_value - actual_value',
} %}
{%- set selections = [('both', '1', '1'), ('first_only', '1', '0'), ('second_only', '0', '1'), ('neither', '0', '0')] %}
{%- set double = ml_monitor.type_double() %}
/*
    Grain: log, model, two versions, week or month, and slice with pairs. What two versions did on the same rows: the mean
    of each metric for either, the standard error of the mean of the rows' differences, the rows that only one of them
    got right, or selected. AUC by DeLong (Biometrics 1988): the difference of the two AUC is the mean over the positives
    of the difference of their placements among the negatives, and its variance the sum, over both classes, of the
    variance of these differences divided by the rows of the class; ties count one half. Beyond the log's exact_row_limit
    scores are rounded up to 1/1000, and roc_auc_error_bound says how far that can move the difference.
*/
with pairs as (

    select * from {{ ref('int_ml_version_pairs') }}

),

counted_days as (

    select
        pairs.log_name,
        pairs.task,
        pairs.model_id,
        pairs.first_version,
        pairs.second_version,
        pairs.predicted_date,
        {{ ml_monitor.slice_slot('pairs') }} as slice_slot,
        {{ ml_monitor.slice_value('pairs') }} as slice_value,
        count(*) as pair_count,
        count(*) filter (where pairs.actual_value = 1) as positive_count
    from pairs
    group by
        {{ ml_monitor.grouping_sets_by_slice('pairs', ['log_name', 'task', 'model_id', 'first_version', 'second_version', 'predicted_date']) }}

),

calendar_windows as (

    select calendar_windows.*
    from {{ ref('int_ml_calendar_windows') }} as calendar_windows
    where calendar_windows.granularity in ('week', 'month')

),

counted_windows as (

    select
        counted_days.log_name,
        counted_days.task,
        counted_days.model_id,
        counted_days.first_version,
        counted_days.second_version,
        calendar_windows.granularity,
        calendar_windows.window_start,
        slots.slice_key,
        counted_days.slice_value,
        cast(sum(counted_days.pair_count) as {{ dbt.type_bigint() }}) as pair_count,
        cast(sum(counted_days.positive_count) as {{ dbt.type_bigint() }}) as positive_count
    from counted_days
    inner join calendar_windows
        on counted_days.predicted_date = calendar_windows.calendar_date
    left join {{ ref('int_ml_slice_slots') }} as slots
        on
            counted_days.log_name = slots.log_name
            and counted_days.slice_slot = slots.slice_slot
    where counted_days.slice_slot = 0 or slots.slice_key is not null
    group by
        counted_days.log_name,
        counted_days.task,
        counted_days.model_id,
        counted_days.first_version,
        counted_days.second_version,
        calendar_windows.granularity,
        calendar_windows.window_start,
        slots.slice_key,
        counted_days.slice_value

),

windows as (

    select
        windows.*,
        windows.pair_count - windows.positive_count as negative_count,
        windows.pair_count <= coalesce(logs.exact_row_limit, windows.pair_count) as is_exact,
        row_number() over (
            order by
                windows.log_name asc, windows.model_id asc, windows.first_version asc, windows.second_version asc,
                windows.granularity asc, windows.window_start asc, windows.slice_key asc nulls first,
                windows.slice_value asc nulls first
        ) as series_number
    from counted_windows as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}

),

series_days as (

    select
        windows.*,
        calendar_windows.calendar_date
    from windows
    inner join calendar_windows
        on
            windows.granularity = calendar_windows.granularity
            and windows.window_start = calendar_windows.window_start

),

{%- set slices = [{'log_name': none}] %}
{%- for log in ml_monitor.prediction_logs() if log.task in ['binary_classification', 'regression'] %}
{%- for slice in log.slices %}
{%- do slices.append({'log_name': log.name, 'slice_key': slice.slice_key, 'slot': slice.slot}) %}
{%- endfor %}
{%- endfor %}

series_rows as (

    {%- for slice in slices %}
    select
        series_days.series_number,
        series_days.is_exact,
        series_days.positive_count as positive_total,
        series_days.negative_count as negative_total,
        pairs.task,
        pairs.actual_value,
        pairs.first_score,
        pairs.second_score,
        pairs.first_predicted_label,
        pairs.second_predicted_label,
        pairs.first_predicted_value,
        pairs.second_predicted_value
    from pairs
    inner join series_days
        on
            pairs.log_name = series_days.log_name
            and pairs.model_id = series_days.model_id
            and pairs.first_version = series_days.first_version
            and pairs.second_version = series_days.second_version
            and pairs.predicted_date = series_days.calendar_date
            {%- if slice.log_name is not none %}
            and coalesce(pairs.slice_{{ slice.slot }}, '(null)') = series_days.slice_value
            {%- endif %}
    {%- if slice.log_name is none %}
    where series_days.slice_key is null
    {%- else %}
    where
        series_days.log_name = '{{ slice.log_name }}'
        and series_days.slice_key = '{{ slice.slice_key }}'
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

losses as (

    select
        series_rows.series_number,
        series_rows.actual_value,
        series_rows.first_predicted_label,
        series_rows.second_predicted_label,
        abs(series_rows.actual_value) as absolute_actual,
        {%- for version in ['first', 'second'] %}
        {%- for metric, loss in losses.items() %}
        {%- if metric == 'log_loss' %}
        {{ ml_monitor.log_loss_term('series_rows.' ~ version ~ '_score', 'series_rows.actual_value') }} as {{ version }}_log_loss,
        {%- else %}
        cast({{ loss.replace('{version}', version) }} as {{ double }}) as {{ version }}_{{ metric }}{{ ',' if not (loop.last and version == 'second') }}
        {%- endif %}
        {%- endfor %}
        {%- endfor %}
    from series_rows

),

summed as (

    select
        series_number,
        {%- for metric in losses %}
        avg(first_{{ metric }}) as first_{{ metric }},
        avg(second_{{ metric }}) as second_{{ metric }},
        avg(second_{{ metric }} - first_{{ metric }}) as {{ metric }}_difference,
        {{ 'var_pop' if metric == 'accuracy' else 'var_samp' }}(second_{{ metric }} - first_{{ metric }}) as {{ metric }}_variance,
        {%- endfor %}
        avg(absolute_actual) as mean_absolute_actual,
        var_pop(absolute_actual) as absolute_actual_variance,
        covar_pop(second_mae - first_mae, absolute_actual) as mae_actual_covariance,
        count(*) filter (where first_accuracy > second_accuracy) as first_only_right_count,
        count(*) filter (where second_accuracy > first_accuracy) as second_only_right_count,
        {%- for selection, first_label, second_label in selections %}
        count(*) filter (
            where first_predicted_label = '{{ first_label }}' and second_predicted_label = '{{ second_label }}'
        ) as {{ selection }}_selected_count,
        {%- endfor %}
        {%- for selection, first_label, second_label in selections %}
        sum(actual_value) filter (
            where first_predicted_label = '{{ first_label }}' and second_predicted_label = '{{ second_label }}'
        ) as {{ selection }}_selected_positive_count{{ ',' if not loop.last }}
        {%- endfor %}
    from losses
    group by series_number

),

score_pairs as (

    select
        series_number,
        positive_total,
        negative_total,
        case when is_exact then first_score else ceil(first_score * 1000) end as first_score,
        case when is_exact then second_score else ceil(second_score * 1000) end as second_score,
        is_exact,
        cast(count(*) filter (where actual_value = 1) as {{ double }}) as positive_count,
        cast(count(*) filter (where actual_value = 0) as {{ double }}) as negative_count
    from series_rows
    where
        task = 'binary_classification'
        and positive_total > 0
        and negative_total > 0
    group by
        series_number,
        positive_total,
        negative_total,
        case when is_exact then first_score else ceil(first_score * 1000) end,
        case when is_exact then second_score else ceil(second_score * 1000) end,
        is_exact

),

/* with ties: the rows of either class at or below a score, and at it */
cumulated as (

    select
        score_pairs.*
        {%- for version in ['first', 'second'] %}
        {%- for class in ['positive', 'negative'] %},
        sum(score_pairs.{{ class }}_count) over (
            partition by score_pairs.series_number
            order by score_pairs.{{ version }}_score asc
            range between unbounded preceding and current row
        ) as {{ version }}_{{ class }}s_up_to,
        sum(score_pairs.{{ class }}_count) over (
            partition by score_pairs.series_number, score_pairs.{{ version }}_score
        ) as {{ version }}_{{ class }}s_tied
        {%- endfor %}
        {%- endfor %}
    from score_pairs

),

placed as (

    select
        series_number,
        is_exact,
        positive_total,
        negative_total,
        positive_count,
        negative_count,
        {%- for version in ['first', 'second'] %}
        ({{ version }}_negatives_up_to - {{ version }}_negatives_tied / 2) / negative_total as {{ version }}_positive_placement,
        1 - ({{ version }}_positives_up_to - {{ version }}_positives_tied / 2) / positive_total as {{ version }}_negative_placement,
        {{ version }}_negatives_tied / 2 / negative_total as {{ version }}_tied_share{{ ',' if version == 'first' }}
        {%- endfor %}
    from cumulated

),

areas as (

    select
        series_number,
        sum(positive_count * first_positive_placement) / max(positive_total) as first_roc_auc,
        sum(positive_count * second_positive_placement) / max(positive_total) as second_roc_auc,
        sum(positive_count * (second_positive_placement - first_positive_placement)) / max(positive_total) as roc_auc_difference,
        case
            when max(case when is_exact then 1 else 0 end) = 1 then 0
            else sum(positive_count * (first_tied_share + second_tied_share)) / max(positive_total)
        end as roc_auc_error_bound
    from placed
    group by series_number

),

spreads as (

    select
        placed.series_number
        {%- for class in ['positive', 'negative'] %},
        sum(
            placed.{{ class }}_count
            * power(placed.second_{{ class }}_placement - placed.first_{{ class }}_placement - areas.roc_auc_difference, 2)
        ) / nullif(max(placed.{{ class }}_total) - 1, 0) / max(placed.{{ class }}_total) as {{ class }}_variance
        {%- endfor %}
    from placed
    inner join areas
        on placed.series_number = areas.series_number
    group by placed.series_number

)

select
    windows.log_name,
    windows.task,
    windows.model_id,
    windows.first_version,
    windows.second_version,
    windows.granularity,
    windows.window_start,
    windows.slice_key,
    windows.slice_value,
    windows.pair_count,
    windows.positive_count,
    windows.negative_count,
    {%- for metric in losses %}
    summed.first_{{ metric }},
    summed.second_{{ metric }},
    summed.{{ metric }}_difference,
    sqrt(summed.{{ metric }}_variance / windows.pair_count) as {{ metric }}_standard_error,
    {%- endfor %}
    {{ ml_monitor.safe_divide('summed.first_mae', 'summed.mean_absolute_actual') }} as first_wape,
    {{ ml_monitor.safe_divide('summed.second_mae', 'summed.mean_absolute_actual') }} as second_wape,
    {{ ml_monitor.safe_divide('summed.mae_difference', 'summed.mean_absolute_actual') }} as wape_difference,
    /* of a ratio of means, by linearization (Cochran 1977) */
    {{ ml_monitor.safe_divide(
        'sqrt(greatest(
            summed.mae_variance * (windows.pair_count - 1) / windows.pair_count
            - 2 * (summed.mae_difference / nullif(summed.mean_absolute_actual, 0)) * summed.mae_actual_covariance
            + power(summed.mae_difference / nullif(summed.mean_absolute_actual, 0), 2) * summed.absolute_actual_variance,
            0
        ) / nullif(windows.pair_count - 1, 0))',
        'summed.mean_absolute_actual'
    ) }} as wape_standard_error,
    areas.first_roc_auc,
    areas.second_roc_auc,
    areas.roc_auc_difference,
    areas.roc_auc_error_bound,
    sqrt(spreads.positive_variance + spreads.negative_variance) as roc_auc_standard_error,
    summed.first_only_right_count,
    summed.second_only_right_count,
    {%- for selection, _, _ in selections %}
    summed.{{ selection }}_selected_count,
    coalesce(summed.{{ selection }}_selected_positive_count, 0) as {{ selection }}_selected_positive_count{{ ',' if not loop.last }}
    {%- endfor %}
from windows
inner join summed
    on windows.series_number = summed.series_number
left join areas
    on windows.series_number = areas.series_number
left join spreads
    on windows.series_number = spreads.series_number
