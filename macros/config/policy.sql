{#
    The relation that holds one kind of policy: a seed of this package, or whatever the setting `policy` names
    instead (policy: {thresholds: my_thresholds}). Kinds: models, baselines, thresholds, excluded_periods,
    value_matrix.
#}
{% macro policy(kind) %}
    {{ return(ref(ml_monitor.setting('policy').get(kind, 'ml_' ~ kind))) }}
{% endmacro %}
