{#
    The two-sided p-value of Student's t with df degrees of freedom (real, so Welch's fit): I_x(df / 2, 1 / 2) with
    x = df / (df + t^2), the regularized incomplete beta function. In [0, 1]; relative error < 2e-10 for df from 0.5 to
    1e15 and p down to 1e-290 (measured). Equals 2 * scipy.stats.t.sf(|t|, df).

    Ten steps of the recurrence of I_x (NIST DLMF 8.17.20) raise df by 20; each adds a positive term. For v = df + 20, with
    z = sqrt(v ln(1 + t^2 / df)) and w = z^2 / v = -ln x, substitution in the density gives the integral from z of
    exp(-y^2 / 2) g(y^2 / v), g(w) = sqrt(w / (1 - exp(-w))) = 1 + w/4 + w^2/96 - w^3/384 - w^4/10240 + 19 w^5/368640 - ...
    Partial integration of each power gives the normal tail plus exp(-z^2 / 2) times a polynomial in w and 1/v. The
    neglected powers count most where x^10 is small, and there the terms of the recurrence carry the value.

    deviate is student_t_deviate(t, df). Give the name of a column that holds it: the compiled expression is then a
    quarter as long. Null where the deviate is null (t or df null, not finite or out of range).
#}
{% macro student_t_two_sided_p(t, df, deviate=none) -%}
    {%- set v = '(' ~ df ~ ' + 20)' -%}
    {%- if deviate is none -%}
        {%- set w = '(' ~ ml_monitor.log_one_plus(t ~ ' * ' ~ t ~ ' / ' ~ df) ~ ')' -%}
        {%- set z_squared = '(' ~ v ~ ' * ' ~ w ~ ')' -%}
        {%- set z = 'sqrt' ~ z_squared -%}
    {%- else -%}
        {%- set z = deviate -%}
        {%- set z_squared = '(' ~ z ~ ' * ' ~ z ~ ')' -%}
        {%- set w = '(' ~ z_squared ~ ' / ' ~ v ~ ')' -%}
    {%- endif -%}
    {%- set x = '(' ~ df ~ ' / (' ~ df ~ ' + ' ~ t ~ ' * ' ~ t ~ '))' -%}
    {%- set one = ml_monitor.double_literal('1') -%}
    {%- set s = '((' ~ one ~ ' + 2 * ' ~ v ~ ') * (' ~ one ~ ' + 2 * ' ~ v ~ '))' -%}
    case
        when abs({{ t }}) < {{ ml_monitor.double_literal('1e-20') }} and {{ df }} >= {{ ml_monitor.double_literal('0.5') }} then 1
        when abs({{ t }}) <= {{ ml_monitor.double_literal('1e100') }} and {{ df }} between {{ ml_monitor.double_literal('0.5') }} and {{ ml_monitor.double_literal('1e15') }} then
        least(1, exp(greatest({{ ml_monitor.double_literal('-0.5') }} * {{ z_squared }}, -700)) * 2 * {{ ml_monitor._scaled_normal_sf(z, z_squared) }}
        /* gamma(v/2 + 1/2) / gamma(v/2 + 1) / sqrt(pi) */
        + 2 / sqrt({{ ml_monitor.double_literal(3.141592653589793) }} * (2 * {{ v }} + 1))
        * (1 - {{ ml_monitor.double_literal(0.25) }} / {{ s }} + {{ ml_monitor.double_literal(21 / 32) }} / {{ s }} / {{ s }} - {{ ml_monitor.double_literal(671 / 128) }} / {{ s }} / {{ s }} / {{ s }})
        * (
            /* what the powers of w add to the normal tail */
            exp(greatest({{ ml_monitor.double_literal('-0.5') }} * {{ z_squared }}, -700)) * {{ z }} / sqrt({{ v }}) * (
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
        ))
    end
{%- endmacro %}
