{#
    A model predicts about as often as usual: no day (or week) has far fewer or far more accepted predictions.

    Arguments
      model_id           as in dim_ml_models
      min_ratio          the smallest count that is fine, as a ratio to the usual one (0.5 = half); default none
      max_ratio          the largest, likewise (2 = double); default none. With neither, the status of the mart
                         decides, by the distance from the usual count in robust deviations (dim_ml_thresholds)
      model_version      default the newest version
      granularity        day | week; default day. The usual count of a day is that of its weekday
      last_windows       how many of the newest complete windows of the model are looked at; default 7
      include_warnings   without a ratio: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates (a young version has no usual
                         count yet); default false: then only the newest window must have a result
      accepted_reasons   with require_verdict: the status_reason that are fine, as [no_baseline]; default none

    Example
      data_tests:
        - ml_monitor.volume_not_anomalous:
            arguments: {model_id: returns_propensity, min_ratio: 0.5, max_ratio: 2}

    On failure: a day at zero is a job that did not run or a load that is late; a day near double is a load that ran
    twice (its repeats are in fct_ml_rejected_rows). A campaign is no fault: the next weeks take it into the usual
    count.
#}
{% test volume_not_anomalous(model, model_id, min_ratio=none, max_ratio=none, model_version=none, granularity='day',
                             last_windows=7, include_warnings=false, require_verdict=false, accepted_reasons=[]) %}
{%- set min_ratio = ml_monitor._test_limit('min_ratio', min_ratio) -%}
{%- set max_ratio = ml_monitor._test_limit('max_ratio', max_ratio) -%}
{%- set breaches = [] -%}
{%- set limits = [] -%}
{%- if min_ratio is not none -%}
    {%- do breaches.append('metric_value < ' ~ min_ratio ~ ' * reference_value') -%}
    {%- do limits.append('at least ' ~ min_ratio) -%}
{%- endif -%}
{%- if max_ratio is not none -%}
    {%- do breaches.append('metric_value > ' ~ max_ratio ~ ' * reference_value') -%}
    {%- do limits.append('at most ' ~ max_ratio) -%}
{%- endif -%}
{{ ml_monitor._violating_windows(
    'fct_ml_data_quality',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': 'row_count', 'granularity': granularity,
        'last_windows': last_windows,
    },
    {
        'include_warnings': include_warnings, 'require_verdict': require_verdict, 'accepted_reasons': accepted_reasons,
        'min_sample_count': 0,
    },
    breach=breaches | join(' or ') if breaches else none,
    limit_text="'the limit is " ~ limits | join(' and ') ~ " of the usual ', " ~ ml_monitor.plain_number('reference_value') if limits else none,
    judged_if='reference_value is not null',
) }}
{% endtest %}
