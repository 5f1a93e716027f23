{#
    A join that keeps only the rows of dirty days, in a build that replaces only those; nothing where all is built.
    Use it after the from clause: {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
#}
{% macro in_dirty_days(relation_alias, date_column) %}
    {%- set dirty_days = ref('int_ml_dirty_days') -%}
    {%- if ml_monitor.is_partial_build() -%}
inner join {{ dirty_days }} as dirty
        on
            {{ relation_alias }}.log_name = dirty.log_name
            and {{ relation_alias }}.{{ date_column }} = dirty.dirty_date
    {%- endif -%}
{% endmacro %}
