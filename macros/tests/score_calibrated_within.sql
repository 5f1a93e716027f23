{#
    The scores of a binary classifier mean what they say: among rows with a score near 0.3, three of ten come true.

    Arguments
      model_id           as in dim_ml_models
      max_error          the largest calibration error that is fine, a probability in [0, 1]; default none: the status
                         of the mart decides, by how far the error rose above the reference (dim_ml_thresholds)
      metric             ece, the mean distance of observed rate and mean score over ten bins (default), or mce, the
                         largest
      model_version      default the newest version
      granularity        day | week | month | trailing_7d | trailing_28d; default month
      last_windows       how many of the newest complete windows with mature labels are looked at; default 3
      slice_key          one slice instead of all rows, and
      slice_value        one value of it (default each value)
      min_sample_count   with max_error: labelled rows that a window needs; default that of dim_ml_thresholds. Below
                         some 500 rows the error is mostly noise, and it cannot be negative
      include_warnings   without max_error: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates, and a model that has no mature
                         window; default false: then only the newest window must have a result (a slice: one of the
                         windows)
      accepted_reasons   with require_verdict: the status_reason that are fine, as [in_baseline]; default none

    Example
      data_tests:
        - ml_monitor.score_calibrated_within:
            arguments: {model_id: credit_limit, max_error: 0.05, granularity: trailing_28d, last_windows: 1}

    On failure: compare mean_score and base_rate in fct_ml_performance. Scores that are all too high or too low ask
    for a new calibration; the ranking (roc_auc) may be as good as before. Decisions by a fixed cut-off are wrong
    until then.
#}
{% test score_calibrated_within(model, model_id, max_error=none, metric='ece', model_version=none, granularity='month',
                                last_windows=3, slice_key=none, slice_value=none, min_sample_count=none,
                                include_warnings=false, require_verdict=false, accepted_reasons=[]) %}
{%- set max_error = ml_monitor._test_limit('max_error', max_error) -%}
{{ ml_monitor._violating_windows(
    'fct_ml_performance',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': metric, 'granularity': granularity,
        'last_windows': last_windows, 'slice_key': slice_key, 'slice_value': slice_value,
    },
    {
        'include_warnings': include_warnings, 'require_verdict': require_verdict, 'accepted_reasons': accepted_reasons,
        'min_sample_count': min_sample_count,
    },
    breach=none if max_error is none else 'metric_value > ' ~ max_error,
    limit_text=none if max_error is none else "'the limit is at most " ~ max_error ~ "'",
    counted_if='mart.is_mature',
) }}
{% endtest %}
