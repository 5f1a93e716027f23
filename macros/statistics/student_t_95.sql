{#
    What 1.96 is to the normal distribution: the 97.5 % point of Student's t with df degrees of freedom (real, from 1 on;
    below it counts as 1). A polynomial in 2 / df - 1 through Chebyshev points of 1 / df; within 4e-11 of
    scipy.stats.t.ppf(0.975, df). Null for null. df: a column.
#}
{% macro student_t_95(df) -%}
    {%- set point = '(2 / greatest(' ~ df ~ ', ' ~ ml_monitor.double_literal('1') ~ ') - 1)' -%}
    case
        when {{ df }} is not null then {{ ml_monitor._polynomial(point, [
        '-1.9846459590660728e-06', '1.6588725258223477e-06', '7.9334913546127743e-06', '-1.0465181955609175e-05',
        '-4.2972047410325822e-07', '6.3131251158130037e-06', '3.1051751024059745e-06', '0.00019665213359155946',
        '0.00077086193807607035', '0.0046171254642417107', '0.024425986906744447', '0.10350308767446199',
        '0.3750873691725779', '1.1416106074618058', '2.6301387883068483', '4.1231953962404582',
        '4.3026527297412658',
    ]) }}
    end
{%- endmacro %}
