{#
    A join that keeps only the rows of dirty days, in a build that replaces only those; nothing where all is built.
    Use it after the from clause: {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    `without_outcomes` leaves out the days to which only outcomes came, as in replaced_by_day; `of_raw_rows` is for rows
    that come straight from a raw table (in_span_of).
#}
{% macro in_dirty_days(relation_alias, date_column, without_outcomes=false, of_raw_rows=false) %}
    {%- set dirty_days = ref('int_ml_dirty_days') -%}
    {%- if ml_monitor.is_partial_build() -%}
inner join {{ dirty_days }} as dirty
        on
            {{ relation_alias }}.log_name = dirty.log_name
            and {{ relation_alias }}.{{ date_column }} = dirty.dirty_date
    {%- if without_outcomes %}
            and dirty.has_changed_rows
    {%- endif %}
    {%- if of_raw_rows %}
            and {{ ml_monitor.in_span_of(
                dirty_days ~ (' where has_changed_rows' if without_outcomes else ''), 'dirty_date', relation_alias ~ '.' ~ date_column
            ) }}
    {%- endif %}
    {%- endif -%}
{% endmacro %}
