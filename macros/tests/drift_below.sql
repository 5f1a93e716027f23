{#
    The inputs and outputs of a model have not drifted: no result of fct_ml_drift is above the limit.

    Arguments
      model_id           as in dim_ml_models
      metric             metric_name of fct_ml_drift; default psi (nats: 0.1 is a moderate shift, 0.25 a large one)
      max                the largest value that is fine, in the metric's unit; default none: the status of the mart
                         decides, by the thresholds in dim_ml_thresholds
      subject            feature | score | prediction | label | model; default all of them
      feature_name       default every feature; under a column of your yml, that column
      model_version      default the newest version
      baseline_name      what is compared with; default reference
      granularity        day | week | month | trailing_7d | trailing_28d; default week
      last_windows       how many of the newest complete windows of the model are looked at; default 4
      slice_key          one slice instead of all rows, and
      slice_value        one value of it (default each value)
      significant_only   with max: whether a value counts only where it is significant too (q-value, else p-value,
                         against the significance_level of dim_ml_thresholds): a small window drifts by chance;
                         default true
      min_sample_count   with max: rows that a window needs to be judged; default that of dim_ml_thresholds
      include_warnings   without max: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates; default false: then only the
                         newest window must have a result (a slice: one of the windows)
      accepted_reasons   with require_verdict: the status_reason that are fine, as [few_distinct_values]; default none

    Example
      data_tests:
        - ml_monitor.drift_below:
            arguments: {model_id: returns_propensity, feature_name: delivery_days, max: 0.25}

    On failure: read the bins behind the value in fct_ml_drift_bins, largest psi_contribution first. A unit or a
    category that changed at the source is repaired there; a change of the world calls for a look at performance and,
    if it holds, for new training. A limit that fires without harm belongs into the thresholds policy, with its
    reason.
#}
{% test drift_below(model, model_id, metric='psi', max=none, subject=none, feature_name=none, column_name=none,
                    model_version=none, baseline_name='reference', granularity='week', last_windows=4, slice_key=none,
                    slice_value=none, significant_only=true, min_sample_count=none, include_warnings=false,
                    require_verdict=false, accepted_reasons=[]) %}
{%- set max = ml_monitor._test_limit('max', max) -%}
{{ ml_monitor._violating_windows(
    'fct_ml_drift',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': metric, 'subject': subject,
        'feature_name': feature_name or column_name, 'baseline_name': baseline_name, 'granularity': granularity,
        'last_windows': last_windows, 'slice_key': slice_key, 'slice_value': slice_value,
    },
    {
        'include_warnings': include_warnings, 'require_verdict': require_verdict, 'accepted_reasons': accepted_reasons,
        'min_sample_count': min_sample_count,
    },
    breach=none if max is none else 'metric_value > ' ~ max
        ~ (' and coalesce(q_value, p_value, 0) <= significance_level' if significant_only else ''),
    limit_text=none if max is none else "'the limit is at most " ~ max ~ "'",
) }}
{% endtest %}
