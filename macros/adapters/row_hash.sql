{# A whole number below 2^31 from the values of a row: equal rows, equal numbers. Only sums of it are kept. #}
{% macro row_hash(columns) %}
    {{ return(adapter.dispatch('row_hash', 'ml_monitor')(columns)) }}
{% endmacro %}

{% macro default__row_hash(columns) %}
    {{ return('cast(hash(' ~ columns | join(', ') ~ ') >> 33 as bigint)') }}
{% endmacro %}

{% macro postgres__row_hash(columns) %}
    {{ return('(hashtextextended(cast(row(' ~ columns | join(', ') ~ ') as text), 0) & 2147483647)') }}
{% endmacro %}

{% macro spark__row_hash(columns) %}
    {{ return('cast(shiftrightunsigned(xxhash64(' ~ columns | join(', ') ~ '), 33) as bigint)') }}
{% endmacro %}
