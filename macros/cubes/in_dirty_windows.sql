{# A join that keeps only dirty windows, in a build that replaces only those; nothing where all is built. #}
{% macro in_dirty_windows(relation_alias) %}
    {%- set dirty_windows = ref('int_ml_dirty_windows') -%}
    {%- if ml_monitor.is_partial_build() -%}
inner join {{ dirty_windows }} as dirty
        on
            {{ relation_alias }}.log_name = dirty.log_name
            and {{ relation_alias }}.granularity = dirty.granularity
            and {{ relation_alias }}.window_start = dirty.window_start
    {%- endif -%}
{% endmacro %}
