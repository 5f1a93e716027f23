{#
    The raw predictions of a model can be used: the share of rows in quarantine is within its limit.

    Arguments
      model_id           as in dim_ml_models
      max                the largest share of rejected raw prediction rows that is fine, in [0, 1]; default none: the
                         status of the mart decides (dim_ml_thresholds)
      model_version      default the newest version
      granularity        day | week | month; default day
      last_windows       how many of the newest complete windows of the model are looked at; default 7
      min_sample_count   with max: raw rows that a window needs to be judged; default that of dim_ml_thresholds
      include_warnings   without max: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates; default false: then only the
                         newest window must have a result
      accepted_reasons   with require_verdict: the status_reason that are fine, as [no_rows]; default none
    Rows without a readable date belong to no window, and rows without a model to no model: they are in
    fct_ml_rejected_rows alone. A flood of them shows as missing volume.

    Example
      data_tests:
        - ml_monitor.rejected_share_within:
            arguments: {model_id: demand_forecast, max: 0.01}

    On failure: fct_ml_rejected_rows has every row with its reject_reason and its raw values; count by reason first. A
    day loaded twice is removed at the source and built again.
#}
{% test rejected_share_within(model, model_id, max=none, model_version=none, granularity='day', last_windows=7,
                              min_sample_count=none, include_warnings=false, require_verdict=false,
                              accepted_reasons=[]) %}
{%- set max = ml_monitor._test_limit('max', max) -%}
{{ ml_monitor._violating_windows(
    'fct_ml_data_quality',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': 'rejected_row_rate',
        'granularity': granularity, 'last_windows': last_windows,
    },
    {
        'include_warnings': include_warnings, 'require_verdict': require_verdict, 'accepted_reasons': accepted_reasons,
        'min_sample_count': min_sample_count,
    },
    breach=none if max is none else 'metric_value > ' ~ max,
    limit_text=none if max is none else "'the limit is at most " ~ max ~ "'",
) }}
{% endtest %}
