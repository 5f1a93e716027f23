{#
    The moment up to which things are known, as a UTC timestamp literal. A date means the start of that day.
    Default: the start of the run. No model reads the clock.
#}
{% macro as_of() %}
    {%- set moment = ml_monitor.setting('as_of') or run_started_at.strftime('%Y-%m-%d %H:%M:%S') -%}
    {{ return("cast('" ~ moment ~ "' as timestamp)") }}
{% endmacro %}
