{#
    The normal deviate from which student_t_two_sided_p starts: sqrt((df + 20) ln(1 + t^2 / df)) (D. L. Wallace 1959).
    Not negative. Where a model makes it a column first, the p-value's expression stays short. Null for null, for
    df outside 0.5 .. 1e15 and for |t| > 1e100.
#}
{% macro student_t_deviate(t, df) -%}
    {%- set ratio = t ~ ' * ' ~ t ~ ' / ' ~ df -%}
    case
        when abs({{ t }}) < {{ ml_monitor.double_literal('1e-20') }} and {{ df }} >= {{ ml_monitor.double_literal('0.5') }} then 0
        when abs({{ t }}) <= {{ ml_monitor.double_literal('1e100') }} and {{ df }} between {{ ml_monitor.double_literal('0.5') }} and {{ ml_monitor.double_literal('1e15') }} then sqrt(({{ df }} + 20) * {{ ml_monitor.log_one_plus(ratio) }})
    end
{%- endmacro %}
