{#
    The two-sided p-value of Student's t with df degrees of freedom (real, so Welch's fit): I_x(df / 2, 1 / 2) with
    x = df / (df + t^2), the regularized incomplete beta function. Equals 2 * scipy.stats.t.sf(abs(t), df). In [0, 1];
    relative error < 2e-10 (measured) for df 0.5 .. 1e15 and p down to 1e-290; 0 or a wrong tiny number below 1e-300.

    Ten steps of the recurrence of I_x (NIST DLMF 8.17.20) raise df by 20; each adds a positive term. For v = df + 20, with
    w = ln(1 + t^2 / df) and z^2 = v w, substitution in the density gives the integral from z of
    exp(-y^2 / 2) g(y^2 / v), g(w) = sqrt(w / (1 - exp(-w))) = 1 + w/4 + w^2/96 - w^3/384 - w^4/10240 + 19 w^5/368640 - ...
    Partial integration of each power gives the normal tail plus exp(-z^2 / 2) times a polynomial in w and 1/v. The
    neglected powers count most where x^10 is small, and there the terms of the recurrence carry the value.

    w is written in full wherever it is needed, 11 kB in all: pass columns, in a CTE of its own. t is a double. Null where
    t or df is null or NaN, for abs(t) > 1e100 and for df outside 0.5 .. 1e15.
#}
{% macro student_t_two_sided_p(t, df) -%}
    {%- set t = ml_monitor._operand(t) -%}
    {%- set df = ml_monitor._operand(df) -%}
    {%- set one = ml_monitor.double_literal('1') -%}
    {%- set v = '(' ~ df ~ ' + 20)' -%}
    {#- ln(1 + t^2 / df): no log1p on DuckDB and Postgres; Spark's atanh is built on log1p (SPARK-28519) -#}
    {%- set w -%}
        (case when {{ t }} * {{ t }} < {{ df }} then 2 * atanh({{ t }} * {{ t }} / (2 * {{ df }} + {{ t }} * {{ t }})) else ln(1 + {{ t }} * {{ t }} / {{ df }}) end)
    {%- endset -%}
    {%- set z_squared = '(' ~ v ~ ' * ' ~ w ~ ')' -%}
    {%- set z = 'sqrt' ~ z_squared -%}
    {%- set x = '(' ~ df ~ ' / (' ~ df ~ ' + ' ~ t ~ ' * ' ~ t ~ '))' -%}
    {%- set s = '((' ~ one ~ ' + 2 * ' ~ v ~ ') * (' ~ one ~ ' + 2 * ' ~ v ~ '))' -%}
    {%- set df_in_range = df ~ ' between ' ~ ml_monitor.double_literal('0.5') ~ ' and ' ~ ml_monitor.double_literal('1e15') -%}
    case
        when abs({{ t }}) < {{ ml_monitor.double_literal('1e-20') }} and {{ df_in_range }} then 1
        when abs({{ t }}) <= {{ ml_monitor.double_literal('1e100') }} and {{ df_in_range }} then
        least(1,
            exp(greatest({{ ml_monitor.double_literal('-0.5') }} * {{ z_squared }}, -700)) * 2 * {{ ml_monitor._scaled_normal_sf(z, z_squared) }}
            /* gamma(v/2 + 1/2) / gamma(v/2 + 1) / sqrt(pi), by its series in 1 / (2 v + 1) */
            + 2 / sqrt({{ ml_monitor.double_literal(3.141592653589793) }} * (2 * {{ v }} + 1))
            * (1 - {{ ml_monitor.double_literal(1 / 4) }} / {{ s }} + {{ ml_monitor.double_literal(21 / 32) }} / {{ s }} / {{ s }} - {{ ml_monitor.double_literal(671 / 128) }} / {{ s }} / {{ s }} / {{ s }})
            * (
                /* what the powers of w add to the normal tail */
                exp(greatest({{ ml_monitor.double_literal('-0.5') }} * {{ z_squared }}, -700)) * sqrt({{ w }}) * (
                    {{ ml_monitor.double_literal(1 / 4) }} + ({{ ml_monitor.double_literal(3 / 96) }} - ({{ ml_monitor.double_literal(15 / 384) }} + ({{ ml_monitor.double_literal(105 / 10240) }} - {{ ml_monitor.double_literal(945 * 19 / 368640) }} / {{ v }}) / {{ v }}) / {{ v }}) / {{ v }}
                    + {{ w }} * ({{ ml_monitor.double_literal(1 / 96) }} - ({{ ml_monitor.double_literal(5 / 384) }} + ({{ ml_monitor.double_literal(35 / 10240) }} - {{ ml_monitor.double_literal(315 * 19 / 368640) }} / {{ v }}) / {{ v }}) / {{ v }}
                    + {{ w }} * (({{ ml_monitor.double_literal(63 * 19 / 368640) }} / {{ v }} - {{ ml_monitor.double_literal(7 / 10240) }}) / {{ v }} - {{ ml_monitor.double_literal(1 / 384) }}
                    + {{ w }} * ({{ ml_monitor.double_literal(9 * 19 / 368640) }} / {{ v }} - {{ ml_monitor.double_literal(1 / 10240) }}
                    + {{ w }} * {{ ml_monitor.double_literal(19 / 368640) }})))
                )
                /* the ten terms of the recurrence */
                + exp(greatest({{ ml_monitor.double_literal('-0.5') }} * {{ df }} * {{ w }}, -700)) * abs({{ t }}) / sqrt({{ df }} + {{ t }} * {{ t }})
                {%- for step in range(0, 20, 2) %}
                * ({{ df }} + {{ step + 2 }}) / ({{ df }} + {{ step + 1 }})
                {%- endfor %}
                * {% for step in range(0, 18, 2) %}(1 + {{ x }} * ({{ df }} + {{ step + 1 }}) / ({{ df }} + {{ step + 2 }})
                * {% endfor %}1{{ ')' * 9 }}
            )
        )
    end
{%- endmacro %}
