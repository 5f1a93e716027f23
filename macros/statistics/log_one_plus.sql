{# ln(1 + x) without the loss of digits near zero (Kahan): x where 1 + x is 1. Null where x is; x above -1. #}
{% macro log_one_plus(x) -%}
    case when 1 + {{ x }} = 1 then {{ x }} else ln(1 + {{ x }}) * {{ x }} / ((1 + {{ x }}) - 1) end
{%- endmacro %}
