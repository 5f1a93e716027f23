{# The normal quantile of 0.975: a 95 % interval is estimate -/+ z_95 standard errors. #}
{% macro z_95() -%}
{{ ml_monitor.double_literal('1.959963984540054e0') }}
{%- endmacro %}
