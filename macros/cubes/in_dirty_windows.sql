{# A join that keeps only dirty windows, in a build that replaces only those; nothing where all is built. #}
{% macro in_dirty_windows(relation_alias) %}
    {{ return(ml_monitor._in_dirty(relation_alias, 'int_ml_dirty_windows')) }}
{% endmacro %}


{# The same for windows whose rows or whose baselines' rows are dirty. #}
{% macro in_dirty_comparisons(relation_alias) %}
    {{ return(ml_monitor._in_dirty(relation_alias, 'int_ml_dirty_comparisons')) }}
{% endmacro %}


{# The same for windows that are dirty or looked back at from new dates. #}
{% macro in_dirty_known_windows(relation_alias) %}
    {{ return(ml_monitor._in_dirty(relation_alias, 'int_ml_dirty_known_windows')) }}
{% endmacro %}


{# The same for windows whose drift verdicts are made anew. #}
{% macro in_drift_due(relation_alias) %}
    {{ return(ml_monitor._in_dirty(relation_alias, 'int_ml_drift_due', 'model_id')) }}
{% endmacro %}


{% macro _in_dirty(relation_alias, dirty_model, first_key='log_name') %}
    {%- set dirty_windows = ref(dirty_model) -%}
    {%- if ml_monitor.is_partial_build() -%}
inner join {{ dirty_windows }} as dirty
        on
            {{ relation_alias }}.{{ first_key }} = dirty.{{ first_key }}
            and {{ relation_alias }}.granularity = dirty.granularity
            and {{ relation_alias }}.window_start = dirty.window_start
    {%- endif -%}
{% endmacro %}
