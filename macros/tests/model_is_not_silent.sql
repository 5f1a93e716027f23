{#
    A model still predicts: its last prediction is not older than it may be.

    Arguments
      model_id           as in dim_ml_models
      max_days           the largest number of whole days from the last prediction to the as-of moment of the build;
                         default none: the status of the mart decides, by how the silence compares with the longest
                         earlier one (dim_ml_thresholds)
      model_version      default the newest version
      include_warnings   without max_days: whether the status warn violates too; default false
    A retired model has no result, so the test fails: take it away, or the retirement date out of the models policy.

    Example
      data_tests:
        - ml_monitor.model_is_not_silent:
            arguments: {model_id: returns_propensity, max_days: 2}

    On failure: the job that scores did not run, its rows did not reach the table, or all of them were rejected
    (fct_ml_rejected_rows). Windows after the last prediction do not exist: every other test looks at old ones.
#}
{% test model_is_not_silent(model, model_id, max_days=none, model_version=none, include_warnings=false) %}
{%- set max_days = ml_monitor._test_limit('max_days', max_days) -%}
{{ ml_monitor._violating_windows(
    'fct_ml_data_quality',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': 'days_since_last_prediction',
        'granularity': 'lifetime', 'last_windows': 1,
    },
    {'include_warnings': include_warnings, 'require_verdict': true, 'accepted_reasons': [], 'min_sample_count': 0},
    breach=none if max_days is none else 'metric_value > ' ~ max_days,
    limit_text=none if max_days is none else "'the limit is at most " ~ max_days ~ " days'",
    complete_only=false,
    hint=': is the model unknown, or retired?',
) }}
{% endtest %}
