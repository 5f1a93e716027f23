{{ config(severity='error', tags=['ml_assertion']) }}
{%- set contributions = {
    'psi': 'psi_contribution', 'js_divergence': 'js_contribution', 'chi_squared': 'chi_squared_contribution',
} %}
/*
    The contributions of the bins of a window, baseline and feature add up to the PSI, the Jensen-Shannon divergence and
    the chi-squared that fct_ml_drift shows, within 1e-9 (relative above 1); a value without bins behind it fails too.
*/
with shown as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        coalesce(slice_key, '') as slice_key,
        coalesce(slice_value, '') as slice_value,
        baseline_name,
        subject,
        feature_name,
        metric_name,
        metric_value
    from {{ ref('fct_ml_drift') }}
    where
        metric_name in ('{{ contributions.keys() | join("', '") }}')
        and metric_value is not null

),

added_up as (

    select
        model_id,
        model_version,
        granularity,
        window_start,
        coalesce(slice_key, '') as slice_key,
        coalesce(slice_value, '') as slice_value,
        baseline_name,
        subject,
        feature_name
        {%- for column in contributions.values() %},
        sum({{ column }}) as {{ column }}_sum
        {%- endfor %}
    from {{ ref('fct_ml_drift_bins') }}
    group by
        model_id,
        model_version,
        granularity,
        window_start,
        coalesce(slice_key, ''),
        coalesce(slice_value, ''),
        baseline_name,
        subject,
        feature_name

),

compared as (

    select
        shown.*,
        case shown.metric_name
            {%- for metric, column in contributions.items() %}
            when '{{ metric }}' then added_up.{{ column }}_sum
            {%- endfor %}
        end as contribution_sum
    from shown
    left join added_up
        on
            shown.model_id = added_up.model_id
            and shown.model_version = added_up.model_version
            and shown.granularity = added_up.granularity
            and shown.window_start = added_up.window_start
            and shown.slice_key = added_up.slice_key
            and shown.slice_value = added_up.slice_value
            and shown.baseline_name = added_up.baseline_name
            and shown.subject = added_up.subject
            and shown.feature_name = added_up.feature_name

)

select *
from compared
where
    contribution_sum is null
    or abs(metric_value - contribution_sum) > {{ ml_monitor.double_literal('1e-9') }} * greatest(1, abs(metric_value))
