{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
/*
    Grain: log, model, two of its versions (first before second in text order), day, and what both scored that day, with
    an outcome for both. What is paired is named by pairing_id, else by prediction_id; where a version scored it twice
    on a day, the earlier one counts. Pairs whose two outcomes differ are left out.
*/
{%- set scored = ['score', 'predicted_label', 'predicted_value'] %}
{%- set kept = ['log_name', 'task', 'model_id', 'model_version', 'predicted_date', 'observed_at', 'actual_value'] + scored %}
{%- do kept.extend(['lowest_version', 'highest_version']) %}
{%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
{%- do kept.append('slice_' ~ slot) %}
{%- endfor %}
{%- set paired_logs = [] %}
{%- for log in ml_monitor.prediction_logs()
    if 'pairing_id' in log.predictions.columns or (log.features is not none and 'pairing_id' in log.features.columns) %}
{%- do paired_logs.append(log.name) %}
{%- endfor %}
with days as (

    select
        log_name,
        model_id,
        predicted_date,
        min(model_version) as lowest_version,
        max(model_version) as highest_version
    from {{ ref('int_ml_predictions_counted') }}
    where
        slice_key is null
        and task in ('binary_classification', 'regression')
    group by
        log_name,
        model_id,
        predicted_date
    having count(*) > 1

),

dated as (

    select
        predictions.*,
        days.lowest_version,
        days.highest_version
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    inner join days
        on
            predictions.log_name = days.log_name
            and predictions.model_id = days.model_id
            and predictions.predicted_date = days.predicted_date

),
{% if paired_logs %}
numbered as (

    select
        dated.*,
        coalesce(dated.pairing_id, dated.prediction_id) as paired_id,
        row_number() over (
            partition by
                dated.log_name, dated.model_id, dated.model_version, dated.predicted_date,
                coalesce(dated.pairing_id, dated.prediction_id)
            order by dated.predicted_at asc, dated.prediction_id asc
        ) as repeat_number
    from dated
    where dated.log_name in ('{{ paired_logs | join("', '") }}')

),
{% endif %}
/* a prediction_id stands once in a version: only logs with a pairing_id can repeat */
predictions as (

    select
        {{ kept | join(',\n        ') }},
        prediction_id as paired_id
    from dated
    where
        observed_at is not null
        {%- if paired_logs %}
        and log_name not in ('{{ paired_logs | join("', '") }}')
    union all
    select
        {{ kept | join(',\n        ') }},
        paired_id
    from numbered
    where
        repeat_number = 1
        and observed_at is not null
        {%- endif %}

)

select
    firsts.log_name,
    firsts.task,
    firsts.model_id,
    firsts.model_version as first_version,
    seconds.model_version as second_version,
    firsts.predicted_date,
    firsts.paired_id,
    firsts.actual_value,
    {%- for column in scored %}
    firsts.{{ column }} as first_{{ column }},
    seconds.{{ column }} as second_{{ column }},
    {%- endfor %}
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    firsts.slice_{{ slot }}{{ ',' if not loop.last }}
    {%- endfor %}
from predictions as firsts
inner join predictions as seconds
    on
        firsts.log_name = seconds.log_name
        and firsts.model_id = seconds.model_id
        and firsts.predicted_date = seconds.predicted_date
        and firsts.paired_id = seconds.paired_id
        and firsts.actual_value = seconds.actual_value
where
    firsts.model_version < seconds.model_version
    /* no pair begins with the last version of a day or ends with its first: half of the rows of two versions */
    and firsts.model_version < firsts.highest_version
    and seconds.model_version > seconds.lowest_version
