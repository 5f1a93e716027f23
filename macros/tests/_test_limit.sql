{# A limit that a test was given, checked to be a number; none where none was given. #}
{% macro _test_limit(argument, value) %}
    {%- if value is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if value is boolean or not modules.re.fullmatch('[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?', value | string | trim) -%}
        {{ exceptions.raise_compiler_error(
            'ml_monitor: ' ~ argument ~ ": '" ~ value ~ "' is not a number; leave " ~ argument ~ ' out (or write null) for the thresholds of the policy'
        ) }}
    {%- endif -%}
    {{ return(value | string | trim) }}
{% endmacro %}
