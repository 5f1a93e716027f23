{#
    The standard error of a mean: sqrt(sum of squared deviations / n / (n - 1)). Null below two rows.
#}
{% macro mean_standard_error(deviation_square_sum, sample_count) -%}
    sqrt({{ deviation_square_sum }} / nullif({{ sample_count }}, 0) / nullif(greatest({{ sample_count }} - 1, 0), 0))
{%- endmacro %}


{#
    The standard error of an AUC by Hanley and McNeil (Radiology 143, 1982), which takes the scores of each class as
    exponential. Null where the AUC is.
#}
{% macro auc_standard_error(auc, positive_count, negative_count) -%}
    sqrt(greatest(
        {{ auc }} * (1 - {{ auc }})
        + ({{ positive_count }} - 1) * ({{ auc }} / (2 - {{ auc }}) - {{ auc }} * {{ auc }})
        + ({{ negative_count }} - 1) * (2 * {{ auc }} * {{ auc }} / (1 + {{ auc }}) - {{ auc }} * {{ auc }}),
        0
    ) / nullif(({{ positive_count }}) * ({{ negative_count }}), 0))
{%- endmacro %}
