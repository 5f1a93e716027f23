{#
    What a column holds, from the type name that DuckDB, Postgres or Spark gives it:
    number | text | timestamp (dates too) | boolean | unknown (no type yet: only nulls) | other.
#}
{% macro column_kind(data_type) %}
    {%- set kinds = {
        'number': [
            'tinyint', 'smallint', 'integer', 'int', 'bigint', 'hugeint', 'byte', 'short', 'long', 'int2', 'int4', 'int8',
            'utinyint', 'usmallint', 'uinteger', 'ubigint', 'uhugeint', 'bignum',
            'real', 'float', 'float4', 'float8', 'double', 'double precision', 'decimal', 'numeric',
        ],
        'text': [
            'varchar', 'character varying', 'char', 'character', 'bpchar', 'text', 'string', 'name', 'citext', 'enum',
            'user-defined',
        ],
        'boolean': ['boolean', 'bool'],
        'unknown': ['void', 'null', '"null"'],
    } -%}
    {%- set bare = modules.re.sub('\\(.*\\)', '', data_type | lower).strip() -%}
    {%- if bare in ['date', 'datetime'] or bare.startswith('timestamp') and not bare.endswith(']') -%}
        {{ return('timestamp') }}
    {%- endif -%}
    {%- for kind, names in kinds.items() if bare in names -%}
        {{ return(kind) }}
    {%- endfor -%}
    {{ return('other') }}
{% endmacro %}


{# The columns of a table in the warehouse as a list of {name, type, kind}; none where there is no such table. #}
{% macro relation_columns(relation) %}
    {%- set found = adapter.dispatch('relation_columns', 'ml_monitor')(relation) -%}
    {%- if not found -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in found -%}
        {%- do columns.append({
            'name': column.name,
            'type': column.dtype | lower,
            'kind': ml_monitor.column_kind(column.dtype),
        }) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{% macro default__relation_columns(relation) %}
    {{ return(adapter.get_columns_in_relation(relation)) }}
{% endmacro %}

{# A source may be files (external_location). Asking for a table that is not there would end the transaction. #}
{% macro duckdb__relation_columns(relation) %}
    {%- if relation.external -%}
        {{ return(adapter.get_column_schema_from_query('select * from ' ~ relation.render())) }}
    {%- endif -%}
    {%- set names = ml_monitor.relation_names_beside(relation) | map('lower') -%}
    {{ return(adapter.get_columns_in_relation(relation) if relation.identifier | lower in names else []) }}
{% endmacro %}

{# The information schema has no materialized views, and only tables that this user may read. #}
{% macro postgres__relation_columns(relation) %}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {%- if not columns -%}
        {%- set catalogue -%}
            select attname, format_type(atttypid, null)
            from pg_catalog.pg_attribute
            where
                attrelid = to_regclass('{{ relation.include(database=false).render() | replace("'", "''") }}')
                and attnum > 0
                and not attisdropped
            order by attnum
        {%- endset -%}
        {%- for row in run_query(catalogue) -%}
            {%- do columns.append(api.Column(row[0], row[1])) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{% endmacro %}


{# The tables in a relation's schema by name, where the engine lists them cheaply. #}
{% macro relation_names_beside(relation) %}
    {{ return(adapter.dispatch('relation_names_beside', 'ml_monitor')(relation)) }}
{% endmacro %}

{% macro default__relation_names_beside(relation) %}
    {%- set names = [] -%}
    {%- for row in dbt.list_relations_without_caching(relation) -%}
        {%- do names.append(row['name']) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{% macro spark__relation_names_beside(relation) %}
    {{ return([]) }}
{% endmacro %}


{#
    The column that a declared name reaches when it is written into SQL as it stands, or none. Postgres folds names to
    lower case unless they are quoted; the others do not mind case at all.
#}
{% macro reached_column(declared, columns) %}
    {%- set is_quoted = declared[:1] in ['"', '`'] -%}
    {%- set name = declared[1:-1] if is_quoted else declared -%}
    {{ return(adapter.dispatch('reached_column', 'ml_monitor')(name, is_quoted, columns)) }}
{% endmacro %}

{% macro default__reached_column(name, is_quoted, columns) %}
    {%- for column in columns if column.name | lower == name | lower -%}
        {{ return(column) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{% macro postgres__reached_column(name, is_quoted, columns) %}
    {%- for column in columns if column.name == (name if is_quoted else name | lower) -%}
        {{ return(column) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
