{# A text in the order of its code points, as Python and scikit-learn sort it; Postgres sorts by the database's language. #}
{% macro text_order(expression) %}
    {{ return(adapter.dispatch('text_order', 'ml_monitor')(expression)) }}
{% endmacro %}

{% macro default__text_order(expression) %}
    {{ return(expression) }}
{% endmacro %}

{% macro postgres__text_order(expression) %}
    {{ return(expression ~ ' collate "C"') }}
{% endmacro %}
