{#
    How an incremental model replaces whole days (or whole windows). DuckDB and Postgres delete the dirty keys and
    append, in one transaction; Spark overwrites the partitions that the new rows fall into.
#}
{% macro replacement_strategy() %}
    {{ return(adapter.dispatch('replacement_strategy', 'ml_monitor')()) }}
{% endmacro %}

{% macro default__replacement_strategy() %}
    {{ return('append') }}
{% endmacro %}

{% macro spark__replacement_strategy() %}
    {{ return('insert_overwrite') }}
{% endmacro %}


{% macro replacement_partitions(columns) %}
    {{ return(adapter.dispatch('replacement_partitions', 'ml_monitor')(columns)) }}
{% endmacro %}

{% macro default__replacement_partitions(columns) %}
    {{ return({}) }}
{% endmacro %}

{% macro spark__replacement_partitions(columns) %}
    {{ return({'partition_by': columns}) }}
{% endmacro %}


{# The statement that clears the dirty keys of this model before the new rows come in; `condition` narrows the keys. #}
{% macro clear_dirty(dirty_model, join_columns, condition='') %}
    {%- set dirty = ref(dirty_model) -%}
    {%- if ml_monitor.is_partial_build() -%}
        {{ return(adapter.dispatch('clear_dirty', 'ml_monitor')(dirty, join_columns, condition)) }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{% macro default__clear_dirty(dirty, join_columns, condition) %}
delete from {{ this }}
where exists (
    select 1
    from {{ dirty }} as dirty
    where
    {%- for mine, theirs in join_columns.items() %}
        {{ 'and ' if not loop.first }}dirty.{{ theirs }} = {{ this }}.{{ mine }}
    {%- endfor %}
        {{- '\n        and ' ~ condition if condition }}
)
{% endmacro %}

{% macro spark__clear_dirty(dirty, join_columns, condition) %}
    {{ return('') }}
{% endmacro %}
