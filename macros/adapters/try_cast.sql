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
    {%- set pattern = {
        'float': '^\\s*[-+]?(\\d+\\.?\\d*([eE][-+]?\\d{1,3})?|\\.\\d+([eE][-+]?\\d{1,3})?|nan|inf(inity)?)\\s*$',
        'integer': '^\\s*[-+]?\\d{1,18}(\\.0*)?\\s*$',
        'timestamp': '^\\s*\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])([ T]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?)?(Z|[-+]\\d{2}(:?\\d{2})?)?\\s*$',
    }[kind] -%}
    {%- set text_value = 'cast(' ~ expression ~ ' as text)' -%}
    {%- set typed = 'cast(cast(' ~ text_value ~ ' as numeric) as bigint)' if kind == 'integer' else 'cast(' ~ text_value ~ ' as ' ~ ml_monitor._cast_type(kind) ~ ')' -%}
    {{ return("case when " ~ text_value ~ " ~* '" ~ pattern ~ "' then " ~ typed ~ ' end') }}
{% endmacro %}
