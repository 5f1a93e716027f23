{#
    Quantiles of a column with linear interpolation (numpy's default), as one array: a single sort serves them all.
    Nulls are ignored. Read an element, counted from 1, with quantile_at.
#}
{% macro quantiles(expression, fractions) %}
    {{ return(adapter.dispatch('quantiles', 'ml_monitor')(expression, fractions)) }}
{% endmacro %}

{% macro default__quantiles(expression, fractions) %}
    {{ return('quantile_cont(' ~ expression ~ ', [' ~ fractions | join(', ') ~ '])') }}
{% endmacro %}

{% macro postgres__quantiles(expression, fractions) %}
    {{ return('percentile_cont(array[' ~ fractions | join(', ') ~ ']) within group (order by ' ~ expression ~ ')') }}
{% endmacro %}

{% macro spark__quantiles(expression, fractions) %}
    {{ return('percentile(' ~ expression ~ ', array(' ~ fractions | join(', ') ~ '))') }}
{% endmacro %}

{% macro quantile_at(array, position) %}
    {{ return(adapter.dispatch('quantile_at', 'ml_monitor')(array, position)) }}
{% endmacro %}

{% macro default__quantile_at(array, position) %}
    {{ return(array ~ '[' ~ position ~ ']') }}
{% endmacro %}

{% macro postgres__quantile_at(array, position) %}
    {{ return('(' ~ array ~ ')[' ~ position ~ ']') }}
{% endmacro %}

{% macro spark__quantile_at(array, position) %}
    {{ return('element_at(' ~ array ~ ', ' ~ position ~ ')') }}
{% endmacro %}
