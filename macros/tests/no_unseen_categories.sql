{#
    The categorical features of a model hold only values that its reference knows.

    Arguments
      model_id           as in dim_ml_models
      feature_name       default every categorical feature; under a column of your yml, that column
      max_share          the largest share of unseen values that is fine, in [0, 1]; default 0: not one. none: the
                         status of the mart decides (dim_ml_thresholds)
      model_version      default the newest version
      granularity        day | week | month | trailing_7d | trailing_28d; default day
      last_windows       how many of the newest complete windows of the model are looked at; default 7
      min_sample_count   with max_share: rows that a window needs to be judged; default that of dim_ml_thresholds
      include_warnings   without max_share: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates; default false: then only the
                         newest window must have a result
      accepted_reasons   with require_verdict: the status_reason that are fine, as [no_baseline]; default none

    Example
      columns:
        - name: payment_method
          data_tests:
            - ml_monitor.no_unseen_categories:
                arguments: {model_id: returns_propensity, max_share: 0.001}

    On failure: the bin of kind unseen in fct_ml_drift_bins has the count, the raw table the value. A renamed category
    is mapped back at the source or in the model's own preparation; a new one calls for new training, because the
    model does not know it. A model without a categorical feature has no result: the test then fails, take it away.
#}
{% test no_unseen_categories(model, model_id, feature_name=none, column_name=none, max_share=0, model_version=none,
                             granularity='day', last_windows=7, min_sample_count=none, include_warnings=false,
                             require_verdict=false, accepted_reasons=[]) %}
{%- set max_share = ml_monitor._test_limit('max_share', max_share) -%}
{{ ml_monitor._violating_windows(
    'fct_ml_data_quality',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': 'unseen_category_rate',
        'feature_name': feature_name or column_name, 'granularity': granularity, 'last_windows': last_windows,
    },
    {
        'include_warnings': include_warnings, 'require_verdict': require_verdict, 'accepted_reasons': accepted_reasons,
        'min_sample_count': min_sample_count,
    },
    breach=none if max_share is none else 'metric_value > ' ~ max_share,
    limit_text=none if max_share is none else "'the limit is at most " ~ max_share ~ "'",
) }}
{% endtest %}
