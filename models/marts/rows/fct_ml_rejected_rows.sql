{{ config(**ml_monitor.replaced_by_day('home_date')) }}
/*
    Grain: one raw row of predictions, outcomes or class scores that is left out, with the reason. row_status:
      rejected    the row cannot be used (a fault of its own, a repeated id, an outcome before its prediction)
      superseded  an outcome that a newer one of the same prediction replaced
      orphan      an outcome or class score whose prediction is not there, or was rejected
    A prediction stands under its own day, an outcome or class score under the day of its prediction if there is one. Rows without a
    readable date stand under 1900-01-01. The long tables are read where they are needed: DuckDB would write a CTE that is
    read twice to memory, all of it.
*/
{%- set outcomes = ref('stg_ml_outcomes') %}
{%- set predictions = ref('fct_ml_predictions') %}
{%- set accepted = 'accepted_of_dirty_ids' if ml_monitor.is_partial_build() else predictions %}
with all_predictions as (

    select * from {{ ref('stg_ml_predictions') }}

),

repeated_predictions as (

    select repeated_predictions.*
    from {{ ref('int_ml_predictions_repeated') }} as repeated_predictions
    {{ ml_monitor.in_dirty_days('repeated_predictions', 'predicted_date') }}

),

all_repeated_outcomes as (

    select * from {{ ref('int_ml_outcomes_repeated') }}

),

faulty_predictions as (

    select
        all_predictions.log_name,
        'predictions' as source_name,
        'rejected' as row_status,
        all_predictions.row_fault as reject_reason,
        all_predictions.model_id,
        all_predictions.model_version,
        all_predictions.prediction_id,
        all_predictions.predicted_at as event_at,
        all_predictions.loaded_at,
        all_predictions.raw_values,
        all_predictions.predicted_date as raw_date,
        all_predictions.predicted_date as home_date
    from all_predictions
    {{ ml_monitor.in_dirty_days('all_predictions', 'predicted_date', of_raw_rows=true) }}
    where all_predictions.row_fault is not null

),

spare_predictions as (

    select
        repeated_predictions.log_name,
        'predictions' as source_name,
        'rejected' as row_status,
        case
            when repeated_predictions.is_identical then 'duplicate_identical'
            else 'duplicate_conflicting'
        end as reject_reason,
        repeated_predictions.model_id,
        repeated_predictions.model_version,
        repeated_predictions.prediction_id,
        repeated_predictions.predicted_at as event_at,
        repeated_predictions.loaded_at,
        repeated_predictions.raw_values,
        repeated_predictions.predicted_date as raw_date,
        repeated_predictions.predicted_date as home_date
    from repeated_predictions
    where repeated_predictions.repeat_number > 1

),

faulty_outcomes as (

    select
        all_outcomes.log_name,
        'outcomes' as source_name,
        'rejected' as row_status,
        all_outcomes.row_fault as reject_reason,
        cast(null as {{ dbt.type_string() }}) as model_id,
        cast(null as {{ dbt.type_string() }}) as model_version,
        all_outcomes.prediction_id,
        all_outcomes.observed_at as event_at,
        all_outcomes.loaded_at,
        all_outcomes.raw_values,
        all_outcomes.observed_date as raw_date,
        all_outcomes.observed_date as home_date
    from {{ outcomes }} as all_outcomes
    {{ ml_monitor.in_dirty_days('all_outcomes', 'observed_date', of_raw_rows=true) }}
    where all_outcomes.row_fault is not null

),

{% if ml_monitor.is_partial_build() -%}
dirty_ids as (

    select
        accepted.log_name,
        accepted.prediction_id
    from {{ predictions }} as accepted
    {{ ml_monitor.in_dirty_days('accepted', 'predicted_date') }}
    union
    select
        all_outcomes.log_name,
        all_outcomes.prediction_id
    from {{ outcomes }} as all_outcomes
    {{ ml_monitor.in_dirty_days('all_outcomes', 'observed_date') }}

),

accepted_of_dirty_ids as (

    select
        accepted.log_name,
        accepted.prediction_id,
        accepted.predicted_date,
        accepted.observed_at
    from {{ predictions }} as accepted
    inner join dirty_ids
        on
            accepted.log_name = dirty_ids.log_name
            and accepted.prediction_id = dirty_ids.prediction_id

),

{% endif -%}
/* usable outcomes, the only one of their id, that no accepted prediction took up */
left_over_outcomes as (

    select all_outcomes.*
    from {{ outcomes }} as all_outcomes
    {%- if ml_monitor.is_partial_build() %}
    inner join dirty_ids
        on
            all_outcomes.log_name = dirty_ids.log_name
            and all_outcomes.prediction_id = dirty_ids.prediction_id
    {%- endif %}
    left join all_repeated_outcomes
        on
            all_outcomes.log_name = all_repeated_outcomes.log_name
            and all_outcomes.prediction_id = all_repeated_outcomes.prediction_id
    left join {{ accepted }} as accepted
        on
            all_outcomes.log_name = accepted.log_name
            and all_outcomes.prediction_id = accepted.prediction_id
            and accepted.observed_at is not null
    where
        all_outcomes.row_fault is null
        and all_repeated_outcomes.prediction_id is null
        and accepted.prediction_id is null

),

left_over_with_home as (

    select
        left_over_outcomes.log_name,
        left_over_outcomes.prediction_id,
        left_over_outcomes.observed_at,
        left_over_outcomes.observed_date,
        left_over_outcomes.loaded_at,
        left_over_outcomes.raw_values,
        min(accepted.predicted_date) as first_predicted_date
    from left_over_outcomes
    left join {{ accepted }} as accepted
        on
            left_over_outcomes.log_name = accepted.log_name
            and left_over_outcomes.prediction_id = accepted.prediction_id
    group by
        left_over_outcomes.log_name,
        left_over_outcomes.prediction_id,
        left_over_outcomes.observed_at,
        left_over_outcomes.observed_date,
        left_over_outcomes.loaded_at,
        left_over_outcomes.raw_values

),

unmatched_outcomes as (

    select
        left_over_with_home.log_name,
        'outcomes' as source_name,
        case when left_over_with_home.first_predicted_date is null then 'orphan' else 'rejected' end as row_status,
        case
            when left_over_with_home.first_predicted_date is null then 'no_prediction'
            else 'observed_before_prediction'
        end as reject_reason,
        cast(null as {{ dbt.type_string() }}) as model_id,
        cast(null as {{ dbt.type_string() }}) as model_version,
        left_over_with_home.prediction_id,
        left_over_with_home.observed_at as event_at,
        left_over_with_home.loaded_at,
        left_over_with_home.raw_values,
        left_over_with_home.observed_date as raw_date,
        coalesce(left_over_with_home.first_predicted_date, left_over_with_home.observed_date) as home_date
    from left_over_with_home

),

unmatched_dirty_outcomes as (

    select unmatched_outcomes.*
    from unmatched_outcomes
    {{ ml_monitor.in_dirty_days('unmatched_outcomes', 'home_date') }}

),

spare_outcomes as (

    select
        all_repeated_outcomes.log_name,
        'outcomes' as source_name,
        case
            when all_repeated_outcomes.first_predicted_at is null then 'orphan'
            when all_repeated_outcomes.is_before_prediction then 'rejected'
            else 'superseded'
        end as row_status,
        case
            when all_repeated_outcomes.first_predicted_at is null then 'no_prediction'
            when all_repeated_outcomes.is_before_prediction then 'observed_before_prediction'
            else 'newer_outcome'
        end as reject_reason,
        cast(null as {{ dbt.type_string() }}) as model_id,
        cast(null as {{ dbt.type_string() }}) as model_version,
        all_repeated_outcomes.prediction_id,
        all_repeated_outcomes.observed_at as event_at,
        all_repeated_outcomes.loaded_at,
        all_repeated_outcomes.raw_values,
        all_repeated_outcomes.observed_date as raw_date,
        all_repeated_outcomes.home_date
    from all_repeated_outcomes
    {{ ml_monitor.in_dirty_days('all_repeated_outcomes', 'home_date') }}
    where
        all_repeated_outcomes.first_predicted_at is null
        or coalesce(all_repeated_outcomes.outcome_number, 2) > 1

),

{% if ml_monitor.is_needed('int_ml_class_scores_judged') -%}
faulty_class_scores as (

    select
        judged.log_name,
        'class_scores' as source_name,
        case when judged.reject_reason = 'no_prediction' then 'orphan' else 'rejected' end as row_status,
        judged.reject_reason,
        judged.model_id,
        judged.model_version,
        judged.prediction_id,
        cast(null as timestamp) as event_at,
        judged.loaded_at,
        judged.raw_values,
        judged.home_date as raw_date,
        judged.home_date
    from {{ ref('int_ml_class_scores_judged') }} as judged
    {{ ml_monitor.in_dirty_days('judged', 'home_date') }}
    where judged.reject_reason is not null

),

{% endif -%}
rejected as (

    select * from faulty_predictions
    union all
    select * from spare_predictions
    union all
    select * from faulty_outcomes
    union all
    select * from unmatched_dirty_outcomes
    union all
    select * from spare_outcomes
    {%- if ml_monitor.is_needed('int_ml_class_scores_judged') %}
    union all
    select * from faulty_class_scores
    {%- endif %}

),

numbered as (

    select
        rejected.*,
        row_number() over (
            partition by
                rejected.log_name, rejected.source_name, rejected.home_date, rejected.reject_reason,
                rejected.prediction_id, rejected.raw_values
            order by rejected.event_at asc nulls last, rejected.loaded_at asc nulls last
        ) as occurrence_number
    from rejected

)

select
    md5(concat(
        numbered.log_name, '|', numbered.source_name, '|', cast(numbered.home_date as {{ dbt.type_string() }}), '|',
        numbered.reject_reason, '|', coalesce(numbered.prediction_id, ''), '|', numbered.raw_values, '|',
        cast(numbered.occurrence_number as {{ dbt.type_string() }})
    )) as rejected_row_id,
    numbered.log_name,
    numbered.source_name,
    numbered.row_status,
    numbered.reject_reason,
    numbered.model_id,
    numbered.model_version,
    numbered.prediction_id,
    numbered.event_at,
    numbered.loaded_at,
    numbered.raw_values,
    numbered.raw_date,
    numbered.home_date
from numbered
