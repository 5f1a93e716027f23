{#
    One bin's part of the population stability index: (c - r) ln(c / r), shares floored at 0.0001. In nats, >= 0.
    Siddiqi, Credit Risk Scorecards, 2006; the floor is the convention that keeps an empty bin finite.
#}
{% macro psi_term(reference_share, current_share) -%}
    {%- set floor = ml_monitor.double_literal('0.0001') -%}
    {%- set reference = 'greatest(' ~ reference_share ~ ', ' ~ floor ~ ')' -%}
    {%- set current = 'greatest(' ~ current_share ~ ', ' ~ floor ~ ')' -%}
    ({{ current }} - {{ reference }}) * ln({{ current }} / {{ reference }})
{%- endmacro %}
