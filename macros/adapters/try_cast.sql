{#
    A cast that gives null where the value cannot be read as the type. kind: float | integer | timestamp | text.
    Postgres 15 has no such cast: there the text form is matched before it is cast.
#}
{% macro try_cast(expression, kind) %}
    {%- if kind == 'text' -%}
        {{ return('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') }}
    {%- endif -%}
    {{ return(adapter.dispatch('try_cast', 'ml_monitor')(expression, kind)) }}
{% endmacro %}

{% macro _cast_type(kind) %}
    {{ return({'float': ml_monitor.type_double(), 'integer': dbt.type_bigint(), 'timestamp': 'timestamp'}[kind]) }}
{% endmacro %}

{% macro default__try_cast(expression, kind) %}
    {{ return('try_cast(' ~ expression ~ ' as ' ~ ml_monitor._cast_type(kind) ~ ')') }}
{% endmacro %}

{% macro postgres__try_cast(expression, kind) %}
    {{ return({'float': ml_monitor._postgres_float, 'integer': ml_monitor._postgres_integer, 'timestamp': ml_monitor._postgres_timestamp}[kind](expression)) }}
{% endmacro %}

{# As DuckDB reads them: infinite above the largest double, 0 below the smallest. A cast of such a text is an error. #}
{% macro _postgres_float(expression) %}
    {%- set text_value = 'cast(' ~ expression ~ ' as text)' -%}
    {%- set typed = 'cast(' ~ text_value ~ ' as double precision)' -%}
    {%- set size = 'abs(cast(' ~ text_value ~ ' as numeric))' -%}
    {{ return(
        "case when " ~ text_value ~ " ~* '^\\s*[-+]?(nan|inf(inity)?)\\s*$' then " ~ typed
        ~ " when " ~ text_value ~ " !~* '^\\s*[-+]?(\\d+\\.?\\d*([eE][-+]?\\d{1,3})?|\\.\\d+([eE][-+]?\\d{1,3})?)\\s*$' then null"
        ~ " when " ~ text_value ~ " !~* 'e[-+]?\\d{3}' and length(" ~ text_value ~ ") <= 200 then " ~ typed
        ~ " when " ~ size ~ " > 1.7976931348623157e308 then cast(case when " ~ text_value ~ " ~ '^\\s*-' then '-Infinity' else 'Infinity' end as double precision)"
        ~ " when " ~ size ~ " < 5e-324 then 0 else " ~ typed ~ " end"
    ) }}
{% endmacro %}

{% macro _postgres_integer(expression) %}
    {%- set text_value = 'cast(' ~ expression ~ ' as text)' -%}
    {{ return(
        "case when " ~ text_value ~ " ~ '^\\s*[-+]?\\d{1,18}(\\.0*)?\\s*$' then cast(cast(" ~ text_value ~ " as numeric) as bigint) end"
    ) }}
{% endmacro %}

{# Days that the month has, 29 February in leap years only; no year 0; offsets that Postgres takes. #}
{% macro _postgres_timestamp(expression) %}
    {%- set text_value = 'cast(' ~ expression ~ ' as text)' -%}
    {%- set leap_year = '(\\d{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)' -%}
    {%- set day = '(\\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))|' ~ leap_year ~ '-02-29)' -%}
    {%- set time = '(([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?|24:00(:00(\\.0+)?)?)' -%}
    {%- set offset = '(Z|[-+](0\\d|1[0-5])(:?[0-5]\\d)?)' -%}
    {{ return(
        "case when " ~ text_value ~ " ~* '^\\s*(?!0000)" ~ day ~ "([ T]" ~ time ~ ")?" ~ offset ~ "?\\s*$' then cast(" ~ text_value ~ " as timestamp) end"
    ) }}
{% endmacro %}
