/*
    Grain: log, model, version, window, subject, feature and quality metric that has a value. Rates of null, non-finite,
    unseen and out-of-range values per feature from the bin counts; volume, rejected and repeated rows per model; the
    days since the last prediction.
*/
with window_bins as (

    select * from {{ ref('int_ml_window_bins') }}
    where slice_key is null

),

baselines as (

    select * from {{ ref('int_ml_baselines') }}

),

windows as (

    select * from {{ ref('int_ml_window_counts') }}
    where slice_key is null

),

features as (

    select
        window_bins.log_name,
        window_bins.model_id,
        window_bins.model_version,
        window_bins.granularity,
        window_bins.window_start,
        window_bins.subject,
        window_bins.feature_name,
        sum(window_bins.row_count) as row_count,
        coalesce(sum(window_bins.row_count) filter (where window_bins.bin_kind not in ('null', 'non_finite')), 0) as value_count,
        coalesce(sum(window_bins.row_count) filter (where window_bins.bin_kind = 'null'), 0) as null_count,
        coalesce(sum(window_bins.row_count) filter (where window_bins.bin_kind = 'non_finite'), 0) as non_finite_count,
        coalesce(sum(window_bins.row_count) filter (where window_bins.bin_kind = 'unseen'), 0) as unseen_count,
        sum(window_bins.out_of_range_count) as out_of_range_count
    from window_bins
    inner join baselines
        on
            window_bins.log_name = baselines.log_name
            and window_bins.model_id = baselines.model_id
            and window_bins.model_version = baselines.model_version
            and window_bins.bin_version = baselines.bin_version
    group by
        window_bins.log_name,
        window_bins.model_id,
        window_bins.model_version,
        window_bins.granularity,
        window_bins.window_start,
        window_bins.subject,
        window_bins.feature_name

),

feature_rates as (

    {%- for metric_name, success_count in [
        ('null_rate', 'null_count'), ('non_finite_rate', 'non_finite_count'),
        ('unseen_category_rate', 'unseen_count'), ('out_of_range_rate', 'out_of_range_count'),
    ] %}
    select
        features.log_name,
        features.model_id,
        features.model_version,
        features.granularity,
        features.window_start,
        features.subject,
        features.feature_name,
        '{{ metric_name }}' as metric_name,
        cast(features.{{ success_count }} as {{ dbt.type_bigint() }}) as success_count,
        cast(features.row_count as {{ dbt.type_bigint() }}) as sample_count,
        '{{ metric_name }}' in ('null_rate', 'non_finite_rate') or features.value_count > 0 as has_values
    from features
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

feature_measured as (

    select
        current_rates.log_name,
        current_rates.model_id,
        current_rates.model_version,
        current_rates.granularity,
        current_rates.window_start,
        current_rates.subject,
        current_rates.feature_name,
        current_rates.metric_name,
        case
            when current_rates.has_values and reference_rates.has_values
                then {{ ml_monitor.safe_divide('current_rates.success_count', 'current_rates.sample_count') }}
        end as metric_value,
        case when current_rates.has_values and reference_rates.has_values then current_rates.success_count end as success_count,
        current_rates.sample_count,
        reference_rates.sample_count as reference_count,
        {{ ml_monitor.safe_divide('reference_rates.success_count', 'reference_rates.sample_count') }} as reference_value,
        {{ ml_monitor.two_proportion_z(
            'current_rates.success_count', 'current_rates.sample_count',
            'reference_rates.success_count', 'reference_rates.sample_count',
        ) }} as z_score
    from feature_rates as current_rates
    left join feature_rates as reference_rates
        on
            current_rates.log_name = reference_rates.log_name
            and current_rates.model_id = reference_rates.model_id
            and current_rates.model_version = reference_rates.model_version
            and current_rates.subject = reference_rates.subject
            and current_rates.feature_name = reference_rates.feature_name
            and current_rates.metric_name = reference_rates.metric_name
            and reference_rates.granularity = 'reference'
    where current_rates.granularity != 'reference'

),

rejected_days as (

    select
        rejected_rows.log_name,
        rejected_rows.model_id,
        rejected_rows.model_version,
        rejected_rows.raw_date,
        count(*) as rejected_count,
        count(*) filter (where rejected_rows.reject_reason in ('duplicate_identical', 'duplicate_conflicting')) as repeated_count
    from {{ ref('fct_ml_rejected_rows') }} as rejected_rows
    where rejected_rows.source_name = 'predictions'
    group by
        rejected_rows.log_name,
        rejected_rows.model_id,
        rejected_rows.model_version,
        rejected_rows.raw_date

),

rejected_windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.prediction_count,
        coalesce(sum(rejected_days.rejected_count), 0) as rejected_count,
        coalesce(sum(rejected_days.repeated_count), 0) as repeated_count
    from windows
    left join rejected_days
        on
            windows.log_name = rejected_days.log_name
            and windows.model_id = rejected_days.model_id
            and windows.model_version = rejected_days.model_version
            and windows.window_start <= rejected_days.raw_date
            and windows.window_end > rejected_days.raw_date
    where windows.granularity in ('day', 'week', 'month')
    group by
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.prediction_count

),

row_measured as (

    {%- for metric_name, success_count in [('rejected_row_rate', 'rejected_count'), ('duplicate_row_rate', 'repeated_count')] %}
    select
        rejected_windows.log_name,
        rejected_windows.model_id,
        rejected_windows.model_version,
        rejected_windows.granularity,
        rejected_windows.window_start,
        '{{ metric_name }}' as metric_name,
        {{ ml_monitor.safe_divide('rejected_windows.' ~ success_count, 'rejected_windows.prediction_count + rejected_windows.rejected_count') }} as metric_value,
        cast(rejected_windows.{{ success_count }} as {{ dbt.type_bigint() }}) as success_count,
        cast(rejected_windows.prediction_count + rejected_windows.rejected_count as {{ dbt.type_bigint() }}) as sample_count
    from rejected_windows
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

prediction_days as (

    select
        log_name,
        model_id,
        model_version,
        predicted_date,
        {{ ml_monitor.days_between(
            'lag(predicted_date) over (partition by log_name, model_id, model_version order by predicted_date asc)',
            'predicted_date'
        ) }} as gap_days
    from {{ ref('int_ml_predictions_counted') }}
    where slice_key is null

),

silence as (

    select
        prediction_days.log_name,
        prediction_days.model_id,
        prediction_days.model_version,
        {{ ml_monitor.days_between('max(prediction_days.predicted_date)', 'cast(' ~ ml_monitor.as_of() ~ ' as date)') }} as silent_days,
        coalesce(max(prediction_days.gap_days), 1) as longest_gap
    from prediction_days
    group by
        prediction_days.log_name,
        prediction_days.model_id,
        prediction_days.model_version

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    subject,
    feature_name,
    metric_name,
    metric_value,
    success_count,
    sample_count,
    reference_count,
    reference_value,
    z_score,
    case metric_name
        when 'null_rate' then metric_value - reference_value
        else metric_value
    end as deviation
from feature_measured
union all
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    cast(null as {{ dbt.type_string() }}) as subject,
    cast(null as {{ dbt.type_string() }}) as feature_name,
    metric_name,
    metric_value,
    success_count,
    sample_count,
    cast(null as {{ dbt.type_bigint() }}) as reference_count,
    cast(null as {{ ml_monitor.type_double() }}) as reference_value,
    cast(null as {{ ml_monitor.type_double() }}) as z_score,
    metric_value as deviation
from row_measured
union all
select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    cast(null as {{ dbt.type_string() }}) as subject,
    cast(null as {{ dbt.type_string() }}) as feature_name,
    'row_count' as metric_name,
    cast(windows.prediction_count as {{ ml_monitor.type_double() }}) as metric_value,
    cast(null as {{ dbt.type_bigint() }}) as success_count,
    windows.prediction_count as sample_count,
    cast(volume.earlier_count as {{ dbt.type_bigint() }}) as reference_count,
    volume.usual_count as reference_value,
    cast(null as {{ ml_monitor.type_double() }}) as z_score,
    cast(volume.deviation as {{ ml_monitor.type_double() }}) as deviation
from windows
left join {{ ref('int_ml_volume_measured') }} as volume
    on
        windows.log_name = volume.log_name
        and windows.model_id = volume.model_id
        and windows.model_version = volume.model_version
        and windows.granularity = volume.granularity
        and windows.window_start = volume.window_start
where windows.granularity in ('day', 'week')
union all
select
    windows.log_name,
    windows.model_id,
    windows.model_version,
    windows.granularity,
    windows.window_start,
    cast(null as {{ dbt.type_string() }}) as subject,
    cast(null as {{ dbt.type_string() }}) as feature_name,
    'days_since_last_prediction' as metric_name,
    cast(silence.silent_days as {{ ml_monitor.type_double() }}) as metric_value,
    cast(null as {{ dbt.type_bigint() }}) as success_count,
    windows.prediction_count as sample_count,
    cast(null as {{ dbt.type_bigint() }}) as reference_count,
    cast(silence.longest_gap as {{ ml_monitor.type_double() }}) as reference_value,
    cast(null as {{ ml_monitor.type_double() }}) as z_score,
    {{ ml_monitor.safe_divide('silence.silent_days', 'silence.longest_gap') }} as deviation
from windows
inner join silence
    on
        windows.log_name = silence.log_name
        and windows.model_id = silence.model_id
        and windows.model_version = silence.model_version
where windows.granularity = 'lifetime'
