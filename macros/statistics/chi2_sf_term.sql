{#
    One term of the finite sum in chi2_sf: exp(k ln(x / 2) - x / 2 - ln gamma(k + 1)), in log space, 0 below exp(-700).
    half_index (k) and log_gamma come from the seed ml_chi_squared_terms. Null where an argument is null.
#}
{% macro chi2_sf_term(x, half_index, log_gamma) -%}
    {%- set x = ml_monitor._operand(x) -%}
    {%- set half_index = ml_monitor._operand(half_index) -%}
    {%- set log_gamma = ml_monitor._operand(log_gamma) -%}
    {%- set half_x = ml_monitor.double_literal('0.5') ~ ' * ' ~ x -%}
    {{ ml_monitor.safe_exp(half_index ~ ' * ln(greatest(' ~ half_x ~ ', ' ~ ml_monitor.double_literal('1e-300') ~ ')) - ' ~ half_x ~ ' - ' ~ log_gamma) }}
{%- endmacro %}
