{#
    x within [lower, upper]; null stays null, where least(greatest(...)) would give a bound. NaN gives the upper bound:
    filter it out before (is_finite).
#}
{% macro clip(x, lower, upper) -%}
case when {{ x }} < {{ lower }} then {{ lower }} when {{ x }} > {{ upper }} then {{ upper }} else {{ x }} end
{%- endmacro %}
