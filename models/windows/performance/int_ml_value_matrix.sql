{%- set outcomes = {
    'true_positive': 'true_positive_value', 'false_positive': 'false_positive_value', 'false_negative': 'false_negative_value',
    'true_negative': 'true_negative_value', 'over_forecast_unit': 'over_forecast_value', 'under_forecast_unit': 'under_forecast_value',
} %}
/*
    Grain: model for which policy states values. What one prediction of each outcome is worth (classifiers), and what one
    unit forecast too much or too little is worth (regression): costs are negative. An outcome that policy leaves out is
    worth 0.
*/
select
    policy.model_id,
    {%- for outcome, column in outcomes.items() %}
    cast(coalesce(sum(policy.outcome_value) filter (where policy.outcome = '{{ outcome }}'), 0) as {{ ml_monitor.type_double() }}) as {{ column }},
    {%- endfor %}
    max(policy.currency) as currency
from {{ ml_monitor.policy('value_matrix') }} as policy
group by policy.model_id
