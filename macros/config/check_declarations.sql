{#
    Compares the declared prediction logs with the tables in the warehouse, and raises one error that lists everything
    that does not fit. Run by on-run-start; returns '', an empty hook. It does nothing while parsing, with
    --no-introspect, and in a run that builds no model of this package.
        dbt run-operation check_declarations
    A declared model, seed or snapshot that does not exist yet, or that this run builds, is not checked: its columns
    may be about to change.
#}
{% macro check_declarations() %}
    {%- if not execute or not flags.INTROSPECT or not ml_monitor._is_check_due() -%}
        {{ return('') }}
    {%- endif -%}
    {%- set logs = ml_monitor.prediction_logs() -%}
    {%- if not logs -%}
        {{ ml_monitor._raise_problems([ml_monitor._no_log_problem()]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set notes = [] -%}
    {%- set found_tables = {} -%}
    {%- for log in logs -%}
        {%- for table_name in ['predictions', 'outcomes', 'features', 'class_scores'] if log[table_name] is not none -%}
            {%- set name = log[table_name].relation -%}
            {%- if name not in found_tables -%}
                {%- do found_tables.update({name: ml_monitor._found_table(name)}) -%}
            {%- endif -%}
            {%- set found = found_tables[name] -%}
            {%- set title = "prediction log '" ~ log.name ~ "': " ~ table_name ~ ': ' ~ name -%}
            {%- if found.is_missing -%}
                {%- set hint = ml_monitor._tables_beside(found.relation) -%}
                {%- do problems.append(title ~ ' is not in the warehouse: there is no table ' ~ found.relation ~ hint) -%}
            {%- elif found.columns is not none -%}
                {%- set needs = ml_monitor._needed_columns(log, table_name) -%}
                {%- set place = title ~ ' (' ~ found.relation ~ ')' -%}
                {%- set missing = ml_monitor._missing_column_problems(needs, found.columns, place) -%}
                {%- do problems.extend(missing) -%}
                {%- do problems.extend(ml_monitor._column_kind_problems(needs, found.columns, place)) -%}
                {%- set note = 'Columns of ' ~ name ~ ': ' ~ ml_monitor._listed_columns(found.columns) -%}
                {%- if missing and note not in notes -%}
                    {%- do notes.append(note) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if problems -%}
        {{ ml_monitor._raise_problems(problems, notes) }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}


{# A project that installs this package may build its own models alone, with no log declared yet. #}
{% macro _is_check_due() %}
    {%- if flags.WHICH == 'run-operation' -%}
        {{ return(true) }}
    {%- endif -%}
    {%- for resource in selected_resources if resource.startswith('model.ml_monitor.') -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{% endmacro %}


{% macro _no_log_problem() %}
    {%- set entries = var('ml_monitor', {}).keys() | reject('equalto', 'prediction_logs') | list -%}
    {{ return(
        'no prediction log is declared. List your logs in dbt_project.yml under vars: ml_monitor: prediction_logs: (see README.md); '
        ~ "dbt -q run-operation ml_monitor.declare --args '{predictions: schema.table}' prints the entry for a table"
        ~ ml_monitor._nearest('prediction_logs', entries)
    ) }}
{% endmacro %}


{#
    A declared relation as {relation, columns, is_missing}: columns is none where they are not to be checked, is_missing
    is true for a source without a table.
#}
{% macro _found_table(name) %}
    {%- if '.' in name -%}
        {%- set relation = ml_monitor.declared_relation(name) -%}
        {%- set columns = ml_monitor.relation_columns(relation) -%}
        {{ return({'relation': relation, 'columns': columns, 'is_missing': columns is none}) }}
    {%- endif -%}
    {%- set node = ml_monitor._declared_node(name) -%}
    {%- set is_built_now = flags.WHICH != 'run-operation' and node is not none and node.unique_id in selected_resources -%}
    {%- if node is none or node.config.materialized == 'ephemeral' or is_built_now -%}
        {{ return({'relation': none, 'columns': none, 'is_missing': false}) }}
    {%- endif -%}
    {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
    {{ return({'relation': relation, 'columns': ml_monitor.relation_columns(relation), 'is_missing': false}) }}
{% endmacro %}


{# The model, seed or snapshot of a name, the root project's before another's; none where there is none. #}
{% macro _declared_node(name) %}
    {%- set nodes = [] -%}
    {%- for node in graph.nodes.values() if node.name == name and node.resource_type in ['model', 'seed', 'snapshot'] -%}
        {%- do nodes.insert(0 if node.package_name == project_name else nodes | length, node) -%}
    {%- endfor -%}
    {{ return(nodes | first if nodes else none) }}
{% endmacro %}


{% macro _tables_beside(relation) %}
    {%- set names = ml_monitor.relation_names_beside(relation) -%}
    {%- if not names -%}
        {{ return('') }}
    {%- endif -%}
    {%- set shown = ml_monitor._similar_names(relation.identifier, names) or (names | sort)[:10] -%}
    {{ return('. Schema ' ~ relation.schema ~ ' has ' ~ shown | join(', ')) }}
{% endmacro %}


{% macro _listed_columns(columns) %}
    {%- set names = columns | map(attribute='name') | list -%}
    {{ return(names[:80] | join(', ') ~ (' and ' ~ (names | length - 80) ~ ' more' if names | length > 80 else '')) }}
{% endmacro %}
