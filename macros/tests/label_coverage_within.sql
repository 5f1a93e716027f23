{#
    The labels of a model arrive: as many predictions have an outcome as should have one.

    Arguments
      model_id           as in dim_ml_models
      min                the smallest share of predictions with an outcome that is fine, in [0, 1]; default none
      due_after_days     with min: how long labels take. A window counts from the newest complete window's end on when
                         it ended at least so many days earlier; default 0
      max_shortfall      how far coverage may lie below the coverage expected at the window's age, in [0, 1]; default
                         none. What is expected follows from the delays in the reference window. With neither min nor
                         max_shortfall, the status of the mart decides by the same shortfall (dim_ml_thresholds)
      model_version      default the newest version
      granularity        day | week | month | trailing_7d | trailing_28d; default week
      last_windows       how many of the newest complete windows (with due_after_days: that are due) are looked at;
                         default 4
      min_sample_count   with a limit: predictions that a window needs to be judged; default that of dim_ml_thresholds
      include_warnings   without a limit: whether the status warn violates too; default false
      require_verdict    whether a result that is missing or not evaluated violates, and a model that has no window
                         due; default false: then only the newest window must have a result
      accepted_reasons   with require_verdict: the status_reason that are fine, as [in_baseline]; default none

    Example
      data_tests:
        - ml_monitor.label_coverage_within:
            arguments: {model_id: returns_propensity, min: 0.9, due_after_days: 45}

    On failure: performance of these windows stays unknown or rests on the labels that came early, which are not a
    fair sample. See fct_ml_label_maturity for when coverage broke off, and fct_ml_rejected_rows for outcomes that
    came but fit no prediction (no_prediction, observed_before_prediction).
#}
{% test label_coverage_within(model, model_id, min=none, due_after_days=0, max_shortfall=none, model_version=none,
                              granularity='week', last_windows=4, min_sample_count=none, include_warnings=false,
                              require_verdict=false, accepted_reasons=[]) %}
{%- set min = ml_monitor._test_limit('min', min) -%}
{%- set max_shortfall = ml_monitor._test_limit('max_shortfall', max_shortfall) -%}
{%- if min is not none and max_shortfall is not none -%}
    {{ exceptions.raise_compiler_error('ml_monitor.label_coverage_within: give min or max_shortfall, not both') }}
{%- elif min is not none -%}
    {%- set breach = 'metric_value < ' ~ min -%}
    {%- set limit_text = "'the limit is at least " ~ min ~ "'" -%}
{%- elif max_shortfall is not none -%}
    {%- set breach = 'reference_value - metric_value > ' ~ max_shortfall -%}
    {%- set limit_text = "'the limit is at most " ~ max_shortfall ~ " below the expected ', " ~ ml_monitor.plain_number('reference_value') -%}
{%- endif -%}
{{ ml_monitor._violating_windows(
    'fct_ml_label_maturity',
    {
        'model_id': model_id, 'model_version': model_version, 'metric_name': 'label_coverage',
        'granularity': granularity, 'last_windows': last_windows,
    },
    {
        'include_warnings': include_warnings, 'require_verdict': require_verdict, 'accepted_reasons': accepted_reasons,
        'min_sample_count': min_sample_count,
    },
    breach=breach if breach is defined else none,
    limit_text=limit_text if limit_text is defined else none,
    judged_if='reference_value is not null' if max_shortfall is not none else none,
    counted_if='true' if min is none
        else ml_monitor.days_between('mart.window_end', 'max(mart.window_end) over ()') ~ ' >= ' ~ due_after_days,
) }}
{% endtest %}
