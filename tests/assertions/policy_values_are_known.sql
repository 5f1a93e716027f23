{{ config(severity='error', tags=['ml_assertion']) }}
/*
    Every value that policy states is a number for a known outcome, said once, and a model has one currency: else values
    that do not belong together would be added up.
*/
with policy as (

    select * from {{ ml_monitor.policy('value_matrix') }}

)

select
    policy.model_id,
    policy.outcome,
    'unknown outcome, or no model, value or currency' as problem
from policy
where
    coalesce(policy.model_id, '') = ''
    or policy.outcome_value is null
    or coalesce(policy.currency, '') = ''
    or coalesce(policy.outcome, '') not in (
        'true_positive', 'false_positive', 'false_negative', 'true_negative', 'over_forecast_unit', 'under_forecast_unit'
    )
union all
select
    policy.model_id,
    policy.outcome,
    'stated more than once' as problem
from policy
group by
    policy.model_id,
    policy.outcome
having count(*) > 1
union all
select
    policy.model_id,
    cast(null as {{ dbt.type_string() }}) as outcome,
    'more than one currency' as problem
from policy
group by policy.model_id
having min(policy.currency) != max(policy.currency)
