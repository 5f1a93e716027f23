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


{#
    A number in 0 .. 2^28 - 1 from seven hexadecimal digits, as of md5. The same on every engine, which row_hash is not: draws
    that must be repeatable anywhere are made of it.
#}
{% macro hex_number(digits) %}
    {{ return(adapter.dispatch('hex_number', 'ml_monitor')(digits)) }}
{% endmacro %}

{% macro default__hex_number(digits) %}
    {{ return("cast(concat('0x', " ~ digits ~ ") as bigint)") }}
{% endmacro %}

{% macro postgres__hex_number(digits) %}
    {{ return("cast(cast(concat('x', " ~ digits ~ ") as bit(28)) as bigint)") }}
{% endmacro %}

{% macro spark__hex_number(digits) %}
    {{ return("cast(conv(" ~ digits ~ ", 16, 10) as bigint)") }}
{% endmacro %}
