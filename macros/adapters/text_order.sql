{#
    A text as what sorts by its code points, as Python and scikit-learn do: Postgres sorts texts by the database's language,
    so there it is the bytes.
#}
{% macro text_order(expression) %}
    {{ return(adapter.dispatch('text_order', 'ml_monitor')(expression)) }}
{% endmacro %}

{% macro default__text_order(expression) %}
    {{ return(expression) }}
{% endmacro %}

{% macro postgres__text_order(expression) %}
    {{ return("convert_to(" ~ expression ~ ", 'UTF8')") }}
{% endmacro %}
