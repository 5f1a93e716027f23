{#
    A double that differs from a decimal of at most ten places by rounding alone (two units in the last place), as that
    decimal; any other as it is. Engines interpolate quantiles in another order of operations: 17.169999999999998 on
    one, 17.17 on the other, and a value of 17.17 would change its bin.
#}
{% macro short_decimal(x) -%}
    case
        when abs({{ x }}) < {{ ml_monitor.double_literal('1e15') }}
            and abs({{ x }} - cast(cast({{ x }} as decimal(28, 10)) as {{ ml_monitor.type_double() }})) <= {{ ml_monitor.double_literal('4.5e-16') }} * abs({{ x }})
            then cast(cast({{ x }} as decimal(28, 10)) as {{ ml_monitor.type_double() }})
        else {{ x }}
    end
{%- endmacro %}
