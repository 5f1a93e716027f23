{#
    The z statistic of the difference of two rates with pooled variance. Null when a group is empty or neither has, or
    both only have, successes.
#}
{% macro two_proportion_z(successes, trials, reference_successes, reference_trials) -%}
    {%- set pooled = ml_monitor.safe_divide('(' ~ successes ~ ' + ' ~ reference_successes ~ ')', '(' ~ trials ~ ' + ' ~ reference_trials ~ ')') -%}
    ({{ ml_monitor.safe_divide(successes, trials) }} - {{ ml_monitor.safe_divide(reference_successes, reference_trials) }})
        / nullif(sqrt(greatest(({{ pooled }}) * (1 - {{ pooled }}) * ({{ ml_monitor.safe_divide('1', trials) }} + {{ ml_monitor.safe_divide('1', reference_trials) }}), 0)), 0)
{%- endmacro %}
