{#
    The upper end of Wilson's 95 % score interval for a rate (E. B. Wilson 1927): in [0, 1]. Equals the interval of
    scipy.stats.binomtest(successes, trials).proportion_ci(method='wilson'). Written without a difference of near numbers.
    Null where trials is null, zero or negative, and where successes is null or outside 0 .. trials.
#}
{% macro wilson_upper(successes, trials) -%}
    {%- set trials = ml_monitor._operand(trials) -%}
    {%- set z_squared = ml_monitor.double_literal('3.8414588206941254') -%}
    {%- set successes = 'cast(' ~ successes ~ ' as ' ~ ml_monitor.type_double() ~ ')' -%}
    case
        when {{ trials }} > 0 and {{ successes }} between 0 and {{ trials }} then
        least((2 * {{ successes }} + {{ z_squared }} + {{ ml_monitor.z_95() }} * sqrt({{ z_squared }} + 4 * {{ successes }} * (1 - {{ successes }} / {{ trials }}))) / (2 * ({{ trials }} + {{ z_squared }})), 1)
    end
{%- endmacro %}
