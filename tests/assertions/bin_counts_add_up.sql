{{ config(severity='error', tags=['ml_assertion']) }}
/*
    The bins of each feature, score and prediction add up to the predictions of the day (and of the slice), those
    of the label to the labelled ones: no value
    falls between two bins, and none into both.
*/
with bins as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date,
        coalesce(slice_key, '') as slice_key,
        coalesce(slice_value, '') as slice_value,
        subject,
        feature_name,
        sum(row_count) as bin_row_count
    from {{ ref('int_ml_bins_counted') }}
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        predicted_date,
        coalesce(slice_key, ''),
        coalesce(slice_value, ''),
        subject,
        feature_name

)

select
    bins.*,
    case when bins.subject = 'label' then days.labelled_count else days.prediction_count end as day_row_count
from bins
left join {{ ref('int_ml_predictions_counted') }} as days
    on
        bins.log_name = days.log_name
        and bins.model_id = days.model_id
        and bins.model_version = days.model_version
        and bins.predicted_date = days.predicted_date
        and bins.slice_key = coalesce(days.slice_key, '')
        and bins.slice_value = coalesce(days.slice_value, '')
where
    bins.bin_row_count != coalesce(case when bins.subject = 'label' then days.labelled_count else days.prediction_count end, 0)
