{#
    Prints the declaration of a table from its columns, ready to paste. The tables need not be dbt sources yet: then a
    `sources:` block comes first.
        dbt -q run-operation ml_monitor.declare --args '{predictions: hotel.predictions, outcomes: hotel.outcomes}'
    Tables: source.table, schema.table, database.schema.table, or the name of a model. What is guessed is marked
    "check"; what cannot be guessed is FIXME, which check_declarations then reports. Values are looked at in the first
    100,000 rows of a table.
#}
{% macro declare(predictions=none, outcomes=none, features=none, class_scores=none, name=none, task=none) %}
    {%- if not execute -%}
        {{ return('') }}
    {%- endif -%}
    {%- if task is not none and task not in ml_monitor.known_tasks() -%}
        {{ ml_monitor._raise_problems(["unknown task '" ~ task ~ "'; known are " ~ ml_monitor.known_tasks() | join(', ')]) }}
    {%- endif -%}
    {%- if predictions is none -%}
        {{ exceptions.raise_compiler_error(
            "ml_monitor: say which table: --args '{predictions: schema.table}' (also: outcomes, features, class_scores, name, task)"
        ) }}
    {%- endif -%}
    {%- set tables = {} -%}
    {%- set given_tables = {'predictions': predictions, 'outcomes': outcomes, 'features': features, 'class_scores': class_scores} -%}
    {%- for table_name, given in given_tables.items() if given is not none -%}
        {%- do tables.update({table_name: ml_monitor._table_to_declare(given)}) -%}
    {%- endfor -%}
    {%- set guess = ml_monitor._guessed_declaration(tables, task) -%}
    {%- set log_name = name or ml_monitor._guessed_log_name(tables.predictions) -%}
    {%- set lines = ["# Printed by ml_monitor.declare. Lines marked 'check' are guesses; run check_declarations when done."] -%}
    {%- do lines.extend(ml_monitor._source_lines(tables)) -%}
    {%- do lines.extend(ml_monitor._log_lines(log_name, tables, guess)) -%}
    {%- do print(lines | join('\n')) -%}
{% endmacro %}


{# A table as {declared, relation, columns, is_source_needed}. #}
{% macro _table_to_declare(given) %}
    {%- set parts = given.split('.') -%}
    {%- set node = ml_monitor._declared_node(given) if parts | length == 1 else none -%}
    {%- if node is not none -%}
        {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
        {{ return(ml_monitor._read_table(given, relation, false)) }}
    {%- endif -%}
    {%- for declared in graph.sources.values() if given == declared.source_name ~ '.' ~ declared.name -%}
        {{ return(ml_monitor._read_table(given, source(declared.source_name, declared.name), false)) }}
    {%- endfor -%}
    {%- set relation = api.Relation.create(
        database=parts[0] if parts | length > 2 else target.database,
        schema=parts[-2] if parts | length > 1 else target.schema,
        identifier=parts[-1]
    ) -%}
    {%- for declared in graph.sources.values()
        if declared.schema == relation.schema and declared.identifier == relation.identifier
        and (declared.database == relation.database or not relation.database) -%}
        {%- set name = declared.source_name ~ '.' ~ declared.name -%}
        {{ return(ml_monitor._read_table(name, source(declared.source_name, declared.name), false)) }}
    {%- endfor -%}
    {{ return(ml_monitor._read_table(relation.schema ~ '.' ~ relation.identifier, relation, true)) }}
{% endmacro %}


{% macro _read_table(declared, relation, is_source_needed) %}
    {%- set columns = ml_monitor.relation_columns(relation) -%}
    {%- if columns is none -%}
        {{ exceptions.raise_compiler_error('ml_monitor: there is no table ' ~ relation ~ ml_monitor._tables_beside(relation)) }}
    {%- endif -%}
    {%- for column in columns -%}
        {%- do column.update({'plain_name': ml_monitor._plain_name(column.name)}) -%}
    {%- endfor -%}
    {{ return({'declared': declared, 'relation': relation, 'columns': columns, 'is_source_needed': is_source_needed}) }}
{% endmacro %}


{# customerId, Customer-ID and CUSTOMER_ID as customer_id: the form in which names are compared. #}
{% macro _plain_name(name) %}
    {{ return(modules.re.sub('[^A-Za-z0-9]+', '_', modules.re.sub('(?<=[a-z0-9])(?=[A-Z])', '_', name)) | lower) }}
{% endmacro %}


{# The predictions table's name without what says that it holds predictions, else its schema's. #}
{% macro _guessed_log_name(table) %}
    {%- set identifier = table.relation.identifier | lower -%}
    {%- set usual = 'raw|src|stg|fct|ml|model|predictions?|scores?|scored|scoring|forecasts?|impressions|inference|logs?' -%}
    {%- set bare = modules.re.sub('(^|_)(' ~ usual ~ ')(?=_|$)', '', identifier).strip('_') -%}
    {{ return(bare or table.relation.schema) }}
{% endmacro %}
