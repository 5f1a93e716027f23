{#
    One cell's part of Pearson's chi-squared: (observed - expected)^2 / expected with expected = total * pooled_share.
    0 or more; 0 where nothing is expected. No correction for continuity (Yates): that of one degree of freedom in
    scipy.stats.chi2_contingency is off with correction=False.
#}
{% macro chi_squared_term(observed, total, pooled_share) -%}
    coalesce({{ ml_monitor.safe_divide(
        '(' ~ observed ~ ' - ' ~ total ~ ' * ' ~ pooled_share ~ ') * (' ~ observed ~ ' - ' ~ total ~ ' * ' ~ pooled_share ~ ')',
        total ~ ' * ' ~ pooled_share
    ) }}, 0)
{%- endmacro %}
