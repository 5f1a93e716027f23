{# Whether a metric is one of those with sample weights, which only logs have that declare some: by its name. #}
{% macro takes_sample_weights(metric_name) -%}
{{ metric_name }} like 'sample_weight%'
{%- endmacro %}
