{#
    The bin of a numeric value, as a binary tree over nine ascending edges: 1 .. 10, and 20 more where the value lies
    outside the range of the reference; -1 for null, -2 for NaN and infinities.
      edges   prefix of the columns <prefix>_edge_1 .. _9, <prefix>_minimum, <prefix>_maximum
#}
{% macro bin_number(value, edges) -%}
case
                when {{ value }} is null then -1
                when not {{ ml_monitor.is_finite(value) }} then -2
                else case
                    when {{ value }} <= {{ edges }}_edge_5
                        then case
                            when {{ value }} <= {{ edges }}_edge_3
                                then case
                                    when {{ value }} <= {{ edges }}_edge_1 then 1
                                    when {{ value }} <= {{ edges }}_edge_2 then 2
                                    else 3
                                end
                            when {{ value }} <= {{ edges }}_edge_4 then 4
                            else 5
                        end
                    when {{ value }} <= {{ edges }}_edge_7
                        then case when {{ value }} <= {{ edges }}_edge_6 then 6 else 7 end
                    when {{ value }} <= {{ edges }}_edge_8 then 8
                    when {{ value }} <= {{ edges }}_edge_9 then 9
                    else 10
                end + case when {{ value }} < {{ edges }}_minimum or {{ value }} > {{ edges }}_maximum then 20 else 0 end
            end
{%- endmacro %}


{# One wide row of edges for each model version and bin version: n1_edge_1 .. n1_edge_9, n2_edge_1, ... #}
{% macro wide_edges(log_name, numeric_slots) -%}
select
        log_name,
        model_id,
        model_version,
        bin_version
        {%- for slot, subject, feature_name in numeric_slots %}
        {%- for position in range(1, 10) %},
        max(edge_{{ position }}) filter (where subject = '{{ subject }}' and feature_name = '{{ feature_name }}') as {{ slot }}_edge_{{ position }}
        {%- endfor %},
        max(reference_minimum) filter (where subject = '{{ subject }}' and feature_name = '{{ feature_name }}') as {{ slot }}_minimum,
        max(reference_maximum) filter (where subject = '{{ subject }}' and feature_name = '{{ feature_name }}') as {{ slot }}_maximum
        {%- endfor %}
    from {{ ref('int_ml_bin_edges') }}
    {%- if log_name is not none %}
    where log_name = '{{ log_name }}'
    {%- endif %}
    group by
        log_name,
        model_id,
        model_version,
        bin_version
{%- endmacro %}
