{# A value of the user's as a text literal. Numbers and dates too: an id that looks like one arrives from yml as one. #}
{% macro _sql_text(value) -%}
    {{ return("'" ~ dbt.escape_single_quotes(value | string) ~ "'") }}
{%- endmacro %}
