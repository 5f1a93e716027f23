{#
    exp(x) for x <= 700, and 0 below -700, where Postgres raises an underflow error. Null for null. Above 709 exp
    overflows: an error on Postgres, infinity elsewhere; the callers here pass no positive x that large.
#}
{% macro safe_exp(x) -%}
case when {{ x }} < -700 then 0 else exp({{ x }}) end
{%- endmacro %}
