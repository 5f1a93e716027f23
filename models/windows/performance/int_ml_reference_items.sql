{{ config(enabled=ml_monitor.is_needed(model.name)) }}
/*
    Grain: log, model, version and item that was shown or relevant in the days of the version's reference window, to any
    version of the model. Popularity is (r + 1) / (R + I): r of the R relevant outcomes then, I items. popularity_rank 1 is
    the item with most relevant outcomes, equal ones in order of their ids.
*/
with counted as (

    select
        reference_days.log_name,
        reference_days.model_id,
        reference_days.model_version,
        cubes.item_id,
        sum(cubes.relevant_count) as relevant_count
    from {{ ref('int_ml_reference_days') }} as reference_days
    inner join {{ ref('int_ml_items_counted') }} as cubes
        on
            reference_days.log_name = cubes.log_name
            and reference_days.model_id = cubes.model_id
            and reference_days.predicted_date = cubes.predicted_date
    where cubes.slice_key is null
    group by
        reference_days.log_name,
        reference_days.model_id,
        reference_days.model_version,
        cubes.item_id

),

totals as (

    select
        log_name,
        model_id,
        model_version,
        sum(relevant_count) + count(*) as weight
    from counted
    group by
        log_name,
        model_id,
        model_version

)

select
    counted.log_name,
    counted.model_id,
    counted.model_version,
    counted.item_id,
    cast(counted.relevant_count as {{ dbt.type_bigint() }}) as relevant_count,
    cast(totals.weight as {{ dbt.type_bigint() }}) as weight,
    {{ ml_monitor.safe_divide('counted.relevant_count + 1', 'totals.weight') }} as popularity,
    row_number() over (
        partition by counted.log_name, counted.model_id, counted.model_version
        order by counted.relevant_count desc, {{ ml_monitor.text_order('counted.item_id') }} asc
    ) as popularity_rank
from counted
inner join totals
    on
        counted.log_name = totals.log_name
        and counted.model_id = totals.model_id
        and counted.model_version = totals.model_version
