{#
    The exact two-sided p-value of McNemar's test (Psychometrika 1947) that two classifiers err equally often on the same
    rows, from the rows that only the one and only the other gets right: the binomial tail, as scipy.stats.binomtest with
    p = 0.5. For fewer than 25 such rows; null beyond, where (b - c) / sqrt(b + c) is normal, and without any. The tail is
    the sum of C(m, i) for i up to the smaller count, as nested products: 1 + m/1 (1 + (m-1)/2 (1 + ...)).
#}
{% macro mcnemar_exact_p(first_only, second_only) -%}
    {%- set total = '(' ~ first_only ~ ' + ' ~ second_only ~ ')' -%}
    {%- set nested = namespace(tail='1') -%}
    {%- for i in range(12, 0, -1) -%}
        {%- set nested.tail = '1 + case when least(' ~ first_only ~ ', ' ~ second_only ~ ') >= ' ~ i ~ ' then (' ~ total ~ ' - ' ~ (i - 1)
            ~ ') / ' ~ ml_monitor.double_literal(i) ~ ' * (' ~ nested.tail ~ ') else 0 end' -%}
    {%- endfor -%}
    case
        when {{ total }} between 1 and 24
            then least(2 * ({{ nested.tail }}) / power({{ ml_monitor.double_literal('2') }}, {{ total }}), 1)
    end
{%- endmacro %}
