{#
    Slice values travel in numbered columns slice_1 .. slice_8, so that everything behind the input layer has the
    same columns for every user; int_ml_slice_slots says which slice_key a log keeps in which slot.
#}
{% macro slice_slot_limit() %}
    {{ return(8) }}
{% endmacro %}


{# The slots that at least one declared log uses: no grouping is rendered for the others. #}
{% macro used_slice_slots() %}
    {%- set counts = [0] -%}
    {%- for log in ml_monitor.prediction_logs() -%}
        {%- do counts.append(log.slices | length) -%}
    {%- endfor -%}
    {{ return(range(1, (counts | max) + 1) | list) }}
{% endmacro %}
