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


{#
    The standard error of a ratio of expected confusion counts (delta method), from how fast it changes with true positives
    and with false negatives. Needs the columns predicted_positive_variance and predicted_negative_variance.
#}
{% macro expected_count_error(by_true_positives, by_false_negatives) -%}
    sqrt(
        power({{ by_true_positives }}, 2) * predicted_positive_variance
        + power({{ by_false_negatives }}, 2) * predicted_negative_variance
    )
{%- endmacro %}
