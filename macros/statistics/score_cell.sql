{# The cell of a score in [0, 1]: k for ((k - 1) / 1000, k / 1000], and 1 for 0. Never falls while the score rises. #}
{% macro score_cell(score) -%}
cast(greatest(ceil({{ score }} * 1000), 1) as int)
{%- endmacro %}
