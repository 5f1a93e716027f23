{# gain / log2(position + 1): what an item at a position of a list adds to the DCG (Jarvelin and Kekalainen 2002, linear gain). #}
{% macro discounted_gain(gain, position) -%}
{{ gain }} * ln({{ ml_monitor.double_literal('2') }}) / ln(cast({{ position }} + 1 as {{ ml_monitor.type_double() }}))
{%- endmacro %}
