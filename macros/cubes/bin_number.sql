{#
    The bin of a numeric value, as a binary tree over nine ascending edges: 1 .. 10, and 20 more where the value lies
    outside the range of the reference; -1 for null, -2 for NaN and infinities.
      edges   what stands before the columns edge_1 .. edge_9, reference_minimum and reference_maximum: an alias and a dot
#}
{% macro bin_number(value, edges) -%}
case
                when {{ value }} is null then -1
                when not {{ ml_monitor.is_finite(value) }} then -2
                else {{ ml_monitor._edge_tree(value, edges ~ 'edge_', 1, 10) }}
                + case when {{ value }} < {{ edges }}reference_minimum or {{ value }} > {{ edges }}reference_maximum then 20 else 0 end
            end
{%- endmacro %}


{# The number of the interval (edge_(k-1), edge_k] that holds a value, between first and last. #}
{% macro _edge_tree(value, edge, first, last) -%}
    {%- if first == last -%}
        {{ first }}
    {%- else -%}
        {%- set middle = (first + last) // 2 -%}
        case when {{ value }} <= {{ edge }}{{ middle }} then {{ ml_monitor._edge_tree(value, edge, first, middle) }} else {{ ml_monitor._edge_tree(value, edge, middle + 1, last) }} end
    {%- endif -%}
{%- endmacro %}
