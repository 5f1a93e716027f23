{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('home_date')) }}
{%- set set_keys = ['log_name', 'model_id', 'model_version', 'prediction_id'] %}
{%- set no_day = "cast('1900-01-01' as date)" %}
/*
    Grain: one raw row of class scores, with the reason why it cannot be used (reject_reason, null = used). Of a class that
    stands more than once the first loaded row counts. The classes of a prediction are used together or not at all: they
    must add up to 1 within 0.000001, and do not where one of them was rejected. A class that is not listed has score 0.
    home_date is the first day on which a prediction of that id stands, usable or not; 1900-01-01 where there is none.
*/
with class_scores as (

    select * from {{ ref('stg_ml_class_scores') }}

),

predictions as (

    select * from {{ ref('stg_ml_predictions') }}

),

score_sets as (

    select
        {{ set_keys | join(',\n        ') }}
    from class_scores
    where prediction_id is not null
    group by
        {{ set_keys | join(',\n        ') }}

),

/* model and version are compared where the scores name them */
homes as (

    select
        score_sets.log_name,
        score_sets.model_id,
        score_sets.model_version,
        score_sets.prediction_id,
        cast(min(coalesce(predictions.predicted_date, {{ no_day }})) as date) as home_date,
        count(predictions.prediction_id) filter (where predictions.row_fault is null) as prediction_count
    from score_sets
    left join predictions
        on
            score_sets.log_name = predictions.log_name
            and score_sets.prediction_id = predictions.prediction_id
            and coalesce(score_sets.model_id, predictions.model_id, '') = coalesce(predictions.model_id, '')
            and coalesce(score_sets.model_version, predictions.model_version, '') = coalesce(predictions.model_version, '')
    group by
        score_sets.log_name,
        score_sets.model_id,
        score_sets.model_version,
        score_sets.prediction_id

),

placed as (

    select
        class_scores.*,
        homes.home_date,
        homes.prediction_count
    from class_scores
    inner join homes
        on
            class_scores.log_name = homes.log_name
            and class_scores.prediction_id = homes.prediction_id
            and coalesce(class_scores.model_id, '') = coalesce(homes.model_id, '')
            and coalesce(class_scores.model_version, '') = coalesce(homes.model_version, '')
            and (class_scores.model_id is null) = (homes.model_id is null)
            and (class_scores.model_version is null) = (homes.model_version is null)
    union all
    select
        class_scores.*,
        {{ no_day }} as home_date,
        0 as prediction_count
    from class_scores
    where class_scores.prediction_id is null

),

dirty_scores as (

    select placed.*
    from placed
    {{ ml_monitor.in_dirty_days('placed', 'home_date') }}

),

numbered as (

    select
        dirty_scores.*,
        {%- for expression, name in [('row_number()', 'repeat_number'), ('first_value(dirty_scores.raw_values)', 'first_raw_values')] %}
        {{ expression }} over (
            partition by
                dirty_scores.log_name, dirty_scores.model_id, dirty_scores.model_version, dirty_scores.prediction_id,
                dirty_scores.class_label, dirty_scores.row_fault
            order by
                dirty_scores.loaded_at asc nulls last, dirty_scores.raw_values asc
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from dirty_scores

),

totalled as (

    select
        numbered.*,
        sum(
            case when numbered.row_fault is null and numbered.repeat_number = 1 then numbered.class_score end
        ) over (
            partition by
                numbered.log_name, numbered.model_id, numbered.model_version, numbered.prediction_id
        ) as score_total
    from numbered

)

select
    totalled.log_name,
    totalled.model_id,
    totalled.model_version,
    totalled.prediction_id,
    totalled.class_label,
    totalled.class_score,
    totalled.loaded_at,
    totalled.raw_values,
    totalled.home_date,
    case
        when totalled.row_fault is not null then totalled.row_fault
        when totalled.prediction_count = 0 then 'no_prediction'
        when totalled.repeat_number > 1 and totalled.raw_values = totalled.first_raw_values then 'duplicate_identical'
        when totalled.repeat_number > 1 then 'duplicate_conflicting'
        when abs(totalled.score_total - 1) > {{ ml_monitor.double_literal('0.000001') }} then 'class_scores_do_not_add_up'
    end as reject_reason
from totalled
