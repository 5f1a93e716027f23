{#
    A table as the previous build left it, or none where there is none or all is to be built anew. It is not a ref:
    the table stands further down than the model that reads it, and a ref would close a circle.
#}
{% macro previous_build_of(model_name) %}
    {%- if not execute or not flags.INTROSPECT or flags.FULL_REFRESH -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set node = graph.nodes.get('model.ml_monitor.' ~ model_name) -%}
    {%- if node is none -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(load_cached_relation(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias))) }}
{% endmacro %}
