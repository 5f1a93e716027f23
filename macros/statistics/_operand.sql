{#
    Private. An argument that can stand beside an operator: a column's name as it is, anything else in parentheses. Without,
    `a - b` as z makes `z * z` into `a - b * a - b`: no error, a wrong p-value.
#}
{% macro _operand(x) -%}
    {%- set text = x | string -%}
    {{ text if text.replace('.', '').replace('_', '').isalnum() else '(' ~ text ~ ')' }}
{%- endmacro %}
