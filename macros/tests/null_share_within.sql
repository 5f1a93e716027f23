{#
    The features of a model are filled: the share of nulls is within its limit.

    Arguments
      model_id           as in dim_ml_models
      feature_name       default every feature; under a column of your yml, that column
      max                the largest share of null values that is fine, in [0, 1]; default none: the status of the
                         mart decides, by how far the share rose above the reference (dim_ml_thresholds)
      model_version      default the newest version
      granularity        day | week | month | trailing_7d | trailing_28d; default day
      last_windows       how many of the newest complete windows of the model are looked at; default 7
      min_sample_count   with max: rows that a window needs to be judged; default that of dim_ml_thresholds
      include_warnings   without max: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates; default false: then only the
                         newest window must have a result
      accepted_reasons   with require_verdict: the status_reason that are fine, as [in_baseline]; default none

    Example
      columns:
        - name: delivery_days
          data_tests:
            - ml_monitor.null_share_within:
                arguments: {model_id: returns_propensity, max: 0.05}

    On failure: the feed that fills the column failed, or its name changed. The model has filled the gap with a
    constant meanwhile, so scores of these days deserve distrust. The raw rows of a day are in the table you declared
    as features.
#}
{% test null_share_within(model, model_id, feature_name=none, column_name=none, max=none, model_version=none,
                          granularity='day', last_windows=7, min_sample_count=none, include_warnings=false,
                          require_verdict=false, accepted_reasons=[]) %}
{%- set max = ml_monitor._test_limit('max', max) -%}
{{ ml_monitor._violating_windows(
    'fct_ml_data_quality',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': 'null_rate', 'subject': 'feature',
        'feature_name': feature_name or column_name, 'granularity': granularity, 'last_windows': last_windows,
    },
    {
        'include_warnings': include_warnings, 'require_verdict': require_verdict, 'accepted_reasons': accepted_reasons,
        'min_sample_count': min_sample_count,
    },
    breach=none if max is none else 'metric_value > ' ~ max,
    limit_text=none if max is none else "'the limit is at most " ~ max ~ "'",
) }}
{% endtest %}
