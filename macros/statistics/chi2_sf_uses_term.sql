{#
    Whether the sum in chi2_sf for these degrees of freedom has the term of this half_index (k): 2 k is below df and of
    the same parity.
#}
{% macro chi2_sf_uses_term(degrees_of_freedom, half_index) -%}
    {%- set degrees_of_freedom = ml_monitor._operand(degrees_of_freedom) -%}
    {%- set half_index = ml_monitor._operand(half_index) -%}
    (2 * {{ half_index }} < {{ degrees_of_freedom }} and 2 * floor({{ degrees_of_freedom }} * {{ ml_monitor.double_literal('0.5') }} - {{ half_index }}) = {{ degrees_of_freedom }} - 2 * {{ half_index }})
{%- endmacro %}
