{# Whole days from one date to another: negative where the second is the earlier. #}
{% macro days_between(first_date, second_date) %}
    {{ return(adapter.dispatch('days_between', 'ml_monitor')(first_date, second_date)) }}
{% endmacro %}

{% macro default__days_between(first_date, second_date) %}
    {{ return('(' ~ second_date ~ ' - ' ~ first_date ~ ')') }}
{% endmacro %}

{% macro spark__days_between(first_date, second_date) %}
    {{ return('datediff(' ~ second_date ~ ', ' ~ first_date ~ ')') }}
{% endmacro %}
