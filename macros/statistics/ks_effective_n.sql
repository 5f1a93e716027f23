{#
    The sample size that scipy.stats.ks_2samp(method='asymp') gives to kstwo: n m / (n + m), rounded to the nearest whole
    number, a tie to the even one (which round() does on Postgres only). Ties are usual: n = m odd. Null where a size is
    null or both are zero.
#}
{% macro ks_effective_n(n, m) -%}
    {%- set n = ml_monitor._operand(n) -%}
    {%- set m = ml_monitor._operand(m) -%}
    {%- set double = ml_monitor.type_double() -%}
    {%- set up = '(cast(' ~ n ~ ' as ' ~ double ~ ') * ' ~ m ~ ' / nullif(' ~ n ~ ' + ' ~ m ~ ', 0) + ' ~ ml_monitor.double_literal('0.5') ~ ')' -%}
    cast(floor({{ up }}) - case when floor({{ up }}) = {{ up }} and 2 * floor(floor({{ up }}) / 2) != {{ up }} then 1 else 0 end as {{ double }})
{%- endmacro %}
