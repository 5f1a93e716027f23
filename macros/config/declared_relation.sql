{# A declared name as a relation: `source.table` is a dbt source, a bare name a model, seed or snapshot. #}
{% macro declared_relation(name) %}
    {%- set parts = name.split('.') -%}
    {%- if parts | length == 1 -%}
        {{ return(ref(parts[0])) }}
    {%- endif -%}
    {{ return(source(parts[0], parts[1])) }}
{% endmacro %}


{# The raw column behind a canonical one, or none for an optional column that the declaration does not name. #}
{% macro declared_column(table, canonical, required=false) %}
    {%- if canonical in table.columns -%}
        {{ return(table.columns[canonical]) }}
    {%- endif -%}
    {{ return(canonical if required else none) }}
{% endmacro %}
