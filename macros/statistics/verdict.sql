{#
    The verdict of a measured row, as the reason for its status. In order:
      blockers      [(condition, reason), ...]: why the row cannot be judged, first match wins
      is_judged     whether there are thresholds at all
      deviation     what the thresholds are held against; null gives 'undefined'
      significance  a p- or q-value, null where none is known: then the size alone decides
    A verdict above a threshold needs the size and, where known, the significance.
#}
{% macro verdict_reason(blockers, deviation='deviation', significance='q_value') -%}
    case
        {%- for condition, reason in blockers %}
        when {{ condition }} then '{{ reason }}'
        {%- endfor %}
        when not is_judged then 'no_threshold'
        when {{ deviation }} is null then 'undefined'
        when {{ deviation }} < coalesce(warn_threshold, fail_threshold) then 'within_thresholds'
        when {{ significance }} > significance_level then 'not_significant'
        when {{ deviation }} >= fail_threshold then 'above_fail_threshold'
        else 'above_warn_threshold'
    end
{%- endmacro %}


{# pass | warn | fail | not_evaluated from the reason. #}
{% macro verdict_status(reason='status_reason') -%}
    case
        when {{ reason }} = 'above_fail_threshold' then 'fail'
        when {{ reason }} = 'above_warn_threshold' then 'warn'
        when {{ reason }} in ('within_thresholds', 'not_significant') then 'pass'
        else 'not_evaluated'
    end
{%- endmacro %}
