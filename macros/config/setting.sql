{#
    One setting of the package. Looked up, first found wins:
      1. the flat variable `ml_monitor_<name>` (handy on the command line: --vars '{ml_monitor_as_of: 2026-07-01}')
      2. the entry `<name>` of the variable `ml_monitor` (vars: ml_monitor: <name>: ... in dbt_project.yml)
      3. the default below.
    The demo's declaration in this project's own dbt_project.yml is ignored where the package is installed.
#}
{% macro setting(name) %}
    {%- set defaults = {
        'prediction_logs': [],
        'as_of': none,
        'exact_row_limit': 50000,
        'category_limit': 100,
        'correlation_pair_limit': 28,
        'reference_days': 28,
        'bootstrap_replicates': 100,
        'baselines': ['reference', 'previous', 'trailing', 'same_weekday', 'same_season'],
        'as_known_periods': 12,
        'as_known_dates': [],
        'policy': {},
    } -%}
    {%- if name not in defaults -%}
        {{ exceptions.raise_compiler_error("ml_monitor: there is no setting named '" ~ name ~ "'. Settings: " ~ defaults.keys() | join(', ')) }}
    {%- endif -%}
    {%- set settings = var('ml_monitor', {}) -%}
    {%- if settings.get('is_demo') and project_name != 'ml_monitor' -%}
        {%- set settings = {} -%}
    {%- endif -%}
    {{ return(var('ml_monitor_' ~ name, settings.get(name, defaults[name]))) }}
{% endmacro %}
