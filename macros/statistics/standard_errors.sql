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


{#
    The standard error of a function of confusion counts that does not change when all counts are multiplied by the same
    number (delta method: Agresti 2013, 16.1): sqrt(sum of count * slope^2). slopes: (count, its derivative) of each cell.
#}
{% macro counts_standard_error(slopes) -%}
    sqrt({% for count, slope in slopes %}{{ count }} * power({{ slope }}, 2){{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}


{#
    The standard error of Matthews' correlation from the columns tp, tn, fp, fn, mcc and mcc_scale (its denominator), which
    may be counts or shares of weight. The arguments are the variance of each cell: its count, or with weights the sum of
    squared shares. suffix: what the names of the columns end in.
#}
{% macro mcc_standard_error(tp_variance, tn_variance, fp_variance, fn_variance, suffix='') -%}
    {%- set tp, tn, fp, fn, mcc, scale = 'tp' ~ suffix, 'tn' ~ suffix, 'fp' ~ suffix, 'fn' ~ suffix, 'mcc' ~ suffix, 'mcc_scale' ~ suffix -%}
    {%- set said_and_was = '(1 / nullif(' ~ tp ~ ' + ' ~ fp ~ ', 0) + 1 / nullif(' ~ tp ~ ' + ' ~ fn ~ ', 0))' -%}
    {%- set neither = '(1 / nullif(' ~ tn ~ ' + ' ~ fn ~ ', 0) + 1 / nullif(' ~ tn ~ ' + ' ~ fp ~ ', 0))' -%}
    {%- set said_only = '(1 / nullif(' ~ tp ~ ' + ' ~ fp ~ ', 0) + 1 / nullif(' ~ tn ~ ' + ' ~ fp ~ ', 0))' -%}
    {%- set was_only = '(1 / nullif(' ~ tp ~ ' + ' ~ fn ~ ', 0) + 1 / nullif(' ~ tn ~ ' + ' ~ fn ~ ', 0))' -%}
    {{ ml_monitor.counts_standard_error([
        (tp_variance, tn ~ ' / ' ~ scale ~ ' - ' ~ mcc ~ ' / 2 * ' ~ said_and_was),
        (tn_variance, tp ~ ' / ' ~ scale ~ ' - ' ~ mcc ~ ' / 2 * ' ~ neither),
        (fp_variance, fn ~ ' / ' ~ scale ~ ' + ' ~ mcc ~ ' / 2 * ' ~ said_only),
        (fn_variance, fp ~ ' / ' ~ scale ~ ' + ' ~ mcc ~ ' / 2 * ' ~ was_only),
    ]) }}
{%- endmacro %}


{#
    The standard error of Cohen's kappa of two classes (Fleiss, Cohen and Everitt 1969) from counts: columns tp, tn, fp, fn,
    cohen_kappa and kappa_scale (half its denominator). suffix: what the names of the columns end in.
#}
{% macro kappa_standard_error(suffix='') -%}
    {%- set tp, tn, fp, fn, kappa = 'tp' ~ suffix, 'tn' ~ suffix, 'fp' ~ suffix, 'fn' ~ suffix, 'cohen_kappa' ~ suffix -%}
    {{ ml_monitor.counts_standard_error([
        (tp, '2 * ' ~ tn ~ ' - ' ~ kappa ~ ' * (' ~ [tn, fp, tn, fn] | join(' + ') ~ ')'),
        (tn, '2 * ' ~ tp ~ ' - ' ~ kappa ~ ' * (' ~ [tp, fp, tp, fn] | join(' + ') ~ ')'),
        (fp, '2 * ' ~ fn ~ ' + ' ~ kappa ~ ' * (' ~ [tn, fp, tp, fp] | join(' + ') ~ ')'),
        (fn, '2 * ' ~ fp ~ ' + ' ~ kappa ~ ' * (' ~ [tn, fn, tp, fn] | join(' + ') ~ ')'),
    ]) }} / kappa_scale{{ suffix }}
{%- endmacro %}


{#
    The standard error of a ratio of two means of the same rows, by linearisation (Cochran 1977, 6.4): from the sum of
    squared deviations of numerator - ratio * denominator, which is above 0 in exact arithmetic.
#}
{% macro ratio_standard_error(numerator_squares, products, denominator_squares, ratio, denominator_sum, sample_count) -%}
    {%- set residual_squares = numerator_squares ~ ' - 2 * ' ~ ratio ~ ' * ' ~ products ~ ' + ' ~ ratio ~ ' * ' ~ ratio ~ ' * ' ~ denominator_squares -%}
    sqrt(greatest({{ residual_squares }}, 0) * {{ sample_count }} / nullif(greatest({{ sample_count }} - 1, 0), 0)) / nullif({{ denominator_sum }}, 0)
{%- endmacro %}


{#
    The sum of squared deviations of a sum of quantities, each times a number: from columns <quantity>_deviation_square_sum
    and <first>_<second>_product_sum, of which either order will do. weights: (quantity, number) of each.
#}
{% macro combined_squares(weights) -%}
    {%- set known = [] -%}
    {%- for first, second in ml_monitor.regression_products() -%}
        {%- do known.append(first ~ '_' ~ second) -%}
    {%- endfor -%}
    greatest(
    {%- for first, weight in weights %}
    {%- set outer = loop.index0 %}
    {{ '+ ' if outer }}power({{ weight }}, 2) * {{ first }}_deviation_square_sum
    {%- for second, second_weight in weights[outer + 1:] %}
    + 2 * ({{ weight }}) * ({{ second_weight }}) * {{ first ~ '_' ~ second if first ~ '_' ~ second in known else second ~ '_' ~ first }}_product_sum
    {%- endfor %}
    {%- endfor %},
    0
    )
{%- endmacro %}
