{# The columns that bin_number reads, from an alias with its dot. #}
{% macro bin_edge_columns(edges) -%}
{%- for position in range(1, 10) %}
        {{ edges }}edge_{{ position }},
        {%- endfor %}
        {{ edges }}reference_minimum,
        {{ edges }}reference_maximum
{%- endmacro %}
