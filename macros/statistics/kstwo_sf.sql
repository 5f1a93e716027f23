{#
    The p-value of a two-sided Kolmogorov-Smirnov statistic d (0 .. 1) at sample size n (whole; for two samples
    ks_effective_n): what scipy.stats.kstwo.sf(d, n) gives, and so scipy.stats.ks_2samp(method='asymp').

    n d^2 < 2.2: 1 - K0(z) - K1(z) / sqrt(n) - K2(z) / n - K3(z) / n^1.5 with z = d sqrt(n) (W. Pelz and I. J. Good 1976,
    "Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample statistic", JRSS B 38), in the theta series
    for small z. From 2.2 on: twice the one-sided tail, as scipy does, written as
    exp(-n d^2 e(d^2) + d (a0(d) + a1(d) / n + a2(d) / n^2 + a3(d) / n^3)); the five polynomials were fitted to 50-digit
    values of Smirnov's exact sum for d <= 0.5 (scripts/reference/smirnov_tail.py).

    Relative difference from scipy 1.17, measured for n > 140 and d <= 0.5:
      p from 1e-12 to 0.02  < 1e-9 (< 1e-11 for n >= 1000); down to 1e-290 < 2e-9
      p above 0.02          < 1e-13; but < 4e-6 (< 1e-9 for n >= 3200) where n d^1.5 <= 1.4, so p > 0.9: scipy is exact there
    For n <= 140 scipy is exact up to n d^2 = 4 and this is not: < 5e-5 at n = 100, 2e-4 at 50, 2e-3 at 20; no use below.
    d > 0.5 (p < 1e-32 for n > 140): an upper bound of p (within 0.2 %). 0 below 1e-300. scipy itself is 1e-7 off for n > 1e6, p < 0.02.
    Null where d or n is null, d is not finite, or n is outside 1 .. 1e15. d and n are written some hundred times: pass columns.
#}
{% macro kstwo_sf(d, n) -%}
    {%- set d = ml_monitor._operand(d) -%}
    {%- set n = ml_monitor._operand(n) -%}
    {%- set pi_squared = 9.869604401089358 -%}
    {%- set e = [
        0.42607169430001585, -0.15985251585138896, 0.19090015459109333, 0.0774860261292096, 0.10810564601226454,
        0.11523035818101236, 0.13334617048324762, 0.1663017125829902, 0.2370370445240257, 0.4444444443974039,
        2.000000000000049,
    ] -%}
    {%- set a0 = [
        2.2450142858849977, -4.337703044563412, 4.215000310075195, -2.2796089231014802, 1.0025865286951254,
        -0.29154014192354427, 0.2972972922237272, -0.149124999185552, 0.31618569460588475, -0.2172881357967831,
        0.44444449636429556, -0.6666666666666666,
    ] -%}
    {%- set a1 = [
        0.6582055720836147, -0.7050949475308974, 0.30933249364578086, -0.0007509211436612543,
        -0.07587921965186409, 0.08964730728652978, -0.08887591225679553, 0.08888888888888889,
    ] -%}
    {%- set a2 = [
        -0.35530438779973755, 0.30699731965911353, -0.15779143684161617, 0.042891655908011556,
        -0.021076535136401595, 0.005670602785747859,
    ] -%}
    {%- set a3 = [
        -0.3614203055754447, 0.2946065778379773, -0.10251849451293188, 0.026816072556370786,
        -0.0096252522980573,
    ] -%}
    {%- set u = '(' ~ n ~ ' * ' ~ d ~ ' * ' ~ d ~ ')' -%}
    case
        when {{ ml_monitor.is_finite(d) }} and {{ n }} between 1 and {{ ml_monitor.double_literal('1e15') }} then
        case
            when {{ d }} >= 1 then 0
            when {{ d }} < {{ ml_monitor.double_literal('1e-9') }} then 1
            when {{ u }} < {{ ml_monitor.double_literal('0.04') }} or {{ n }} * {{ d }} <= {{ ml_monitor.double_literal('0.5') }} then 1
            when {{ u }} > 346 then 0
            when {{ d }} > {{ ml_monitor.double_literal('0.5') }} then least(2 * exp(greatest({{ ml_monitor.double_literal('-2.12919') }} * {{ u }} - {{ ml_monitor.double_literal('0.2299') }}, -700)), 1)
            when {{ u }} >= {{ ml_monitor.double_literal('2.2') }} then
            /* twice Smirnov's one-sided tail */
            least(2 * exp(greatest(-{{ u }} * {{ ml_monitor._polynomial('(' ~ d ~ ' * ' ~ d ~ ')', e) }}
            + {{ d }} * ({{ ml_monitor._polynomial(d, a0) }}
            + ({{ ml_monitor._polynomial(d, a1) }}
            + ({{ ml_monitor._polynomial(d, a2) }}
            + {{ ml_monitor._polynomial(d, a3) }} / {{ n }}) / {{ n }}) / {{ n }}), -700)), 1)
            else
            /* the series of Pelz and Good */
            least(greatest(1 - sqrt({{ ml_monitor.double_literal(6.283185307179586) }} / {{ u }}) * (
                {%- for order in range(1, 5) %}
                {%- set odd = (2 * order - 1) ** 2 * pi_squared %}
                {%- set even = order * order * pi_squared %}
                {{ '+ ' if not loop.first }}exp(greatest({{ ml_monitor.double_literal(-odd / 8) }} / {{ u }}, -600)) * (
                    1
                    + {{ d }} * ({{ ml_monitor.double_literal(odd / 4) }} - {{ u }}) / ({{ u }} * {{ u }} * 6)
                    + {{ ml_monitor._polynomial(u, [6, 2 + odd / 2, -odd * (10 + odd) / 8, odd * odd / 16], 16) }}
                    / ({{ u }} * {{ u }} * {{ u }} * 72 * {{ n }})
                    + {{ d }} * {{ ml_monitor._polynomial(u, [-90, -24 * odd - 30, odd * (53 * odd + 135) / 4, -odd * odd * (15 * odd + 120) / 32, 5 * odd * odd * odd / 64], 16) }}
                    / ({{ u }} * {{ u }} * {{ u }} * {{ u }} * {{ u }} * 6480 * {{ n }})
                )
                + exp(greatest({{ ml_monitor.double_literal(-even / 2) }} / {{ u }}, -600)) * {{ ml_monitor.double_literal(even) }} / {{ n }} * (
                    {{ d }} * (3 * {{ u }} - {{ ml_monitor.double_literal(even) }}) / (216 * {{ u }} * {{ u }} * {{ u }})
                    - 1 / (36 * {{ u }})
                )
                {%- endfor %}
            ), 0), 1)
        end
    end
{%- endmacro %}
