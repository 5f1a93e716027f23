{# One error for all problems, one on a line; notes follow. #}
{% macro _raise_problems(problems, notes=[]) %}
    {%- if problems | length == 1 -%}
        {%- set headline = 'ml_monitor: ' ~ problems[0] -%}
        {%- set lines = [] -%}
    {%- else -%}
        {%- set headline = 'ml_monitor: ' ~ problems | length ~ ' problems in the declared prediction logs' -%}
        {%- set lines = problems -%}
    {%- endif -%}
    {%- set message = [headline] -%}
    {%- for line in lines -%}
        {%- do message.append('  - ' ~ line) -%}
    {%- endfor -%}
    {%- for note in notes -%}
        {%- do message.append('  ' ~ note) -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(message | join('\n')) }}
{% endmacro %}
