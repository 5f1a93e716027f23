{#
    A performance metric of a model is within its limits, in the newest windows whose labels are in.

    Arguments
      model_id           as in dim_ml_models
      metric             metric_name of fct_ml_performance, as roc_auc, wape, ndcg_at_10
      min                the smallest value that is fine, in the metric's unit; default none
      max                the largest value that is fine; default none. With neither, the status of the mart decides,
                         by the thresholds in dim_ml_thresholds
      model_version      default the newest version
      granularity        day | week | month | trailing_7d | trailing_28d; default month
      last_windows       how many of the newest complete windows of the model are looked at; default 3
      mature_only        whether windows whose labels are not all in are passed over when counting; default true. They
                         are never judged: with false they take the place of one that could be
      slice_key          one slice instead of all rows, and
      slice_value        one value of it (default each value)
      significant_only   with min or max: whether the whole 95 % interval must lie beyond the limit; default false:
                         the value alone counts (as it does where the metric has no interval)
      min_sample_count   with min or max: labelled rows that a window needs; default that of dim_ml_thresholds
      include_warnings   without min and max: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates, and a model that has no mature
                         window; default false: then only the newest window must have a result (a slice: one of the
                         windows)
      accepted_reasons   with require_verdict: the status_reason that are fine, as [in_baseline]; default none

    Example
      data_tests:
        - ml_monitor.metric_within:
            arguments: {model_id: credit_limit, metric: roc_auc, min: 0.72, require_verdict: true}

    On failure: the explanation has the value, its rows and the window. See whether one slice carries the drop
    (fct_ml_performance with a slice_key), whether inputs drifted in the same weeks (fct_ml_drift), and whether the
    labels themselves changed (base_rate). Hang label_coverage_within beside this test: where labels stop, no window
    grows mature.
#}
{% test metric_within(model, model_id, metric, min=none, max=none, model_version=none, granularity='month',
                      last_windows=3, mature_only=true, slice_key=none, slice_value=none, significant_only=false,
                      min_sample_count=none, include_warnings=false, require_verdict=false, accepted_reasons=[]) %}
{%- set min = ml_monitor._test_limit('min', min) -%}
{%- set max = ml_monitor._test_limit('max', max) -%}
{%- set breaches = [] -%}
{%- set limits = [] -%}
{%- if min is not none -%}
    {%- do breaches.append(('coalesce(ci_upper, metric_value)' if significant_only else 'metric_value') ~ ' < ' ~ min) -%}
    {%- do limits.append('at least ' ~ min) -%}
{%- endif -%}
{%- if max is not none -%}
    {%- do breaches.append(('coalesce(ci_lower, metric_value)' if significant_only else 'metric_value') ~ ' > ' ~ max) -%}
    {%- do limits.append('at most ' ~ max) -%}
{%- endif -%}
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
    breach=breaches | join(' or ') if breaches else none,
    limit_text="'the limit is " ~ limits | join(' and ') ~ "'" if limits else none,
    counted_if='mart.is_mature' if mature_only else 'true',
) }}
{% endtest %}
