/*
    Grain: log, model, version, window and slice. What a dummy model would have got that knows the reference window only
    (all its labelled rows, whatever the slice): it says the base rate of the reference as its score, and the commoner class
    as its label; 0 where both are as common. As scikit-learn's DummyClassifier fitted on the reference. Null without one.
*/
with windows as (

    select * from {{ ref('int_ml_binary_windows') }}

),

reference as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        {{ ml_monitor.safe_divide('windows.true_positive_count + windows.false_negative_count', 'windows.labelled_count') }} as reference_rate
    from windows
    where
        windows.granularity = 'reference'
        and windows.slice_key is null

),

counts as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        reference.reference_rate,
        reference.reference_rate > 0.5 as says_positive,
        windows.labelled_count,
        windows.true_positive_count + windows.false_negative_count as positive_count,
        windows.true_negative_count + windows.false_positive_count as negative_count
    from windows
    left join reference
        on
            windows.log_name = reference.log_name
            and windows.model_id = reference.model_id
            and windows.model_version = reference.model_version

)

select
    counts.log_name,
    counts.model_id,
    counts.model_version,
    counts.granularity,
    counts.window_start,
    counts.slice_key,
    counts.slice_value,
    counts.reference_rate,
    counts.says_positive,
    counts.positive_count,
    counts.negative_count,
    {{ ml_monitor.safe_divide('case when counts.says_positive then counts.positive_count when not counts.says_positive then counts.negative_count end', 'counts.labelled_count') }} as dummy_accuracy,
    {{ ml_monitor.safe_divide('power(1 - counts.reference_rate, 2) * counts.positive_count + power(counts.reference_rate, 2) * counts.negative_count', 'counts.labelled_count') }} as dummy_brier
from counts
