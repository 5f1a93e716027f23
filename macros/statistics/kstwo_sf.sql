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
    {%- set pi_squared = 9.869604401089358 -%}
    {%- set e = [
        '4.2607169430001584e-1', '-1.5985251585138895e-1', '1.9090015459109333e-1', '7.7486026129209598e-2',
        '1.0810564601226453e-1', '1.1523035818101237e-1', '1.3334617048324763e-1', '1.6630171258299020e-1',
        '2.3703704452402569e-1', '4.4444444439740388e-1', '2.0000000000000486e0',
    ] -%}
    {%- set a0 = [
        '2.2450142858849976e0', '-4.3377030445634119e0', '4.2150003100751950e0', '-2.2796089231014804e0',
        '1.0025865286951254e0', '-2.9154014192354425e-1', '2.9729729222372719e-1', '-1.4912499918555199e-1',
        '3.1618569460588474e-1', '-2.1728813579678311e-1', '4.4444449636429556e-1', '-6.6666666666666667e-1',
    ] -%}
    {%- set a1 = [
        '6.5820557208361470e-1', '-7.0509494753089740e-1', '3.0933249364578085e-1', '-7.5092114366125434e-4',
        '-7.5879219651864091e-2', '8.9647307286529776e-2', '-8.8875912256795530e-2', '8.8888888888888889e-2',
    ] -%}
    {%- set a2 = [
        '-3.5530438779973753e-1', '3.0699731965911355e-1', '-1.5779143684161616e-1', '4.2891655908011556e-2',
        '-2.1076535136401595e-2', '5.6706027857478597e-3',
    ] -%}
    {%- set a3 = [
        '-3.6142030557544468e-1', '2.9460657783797727e-1', '-1.0251849451293187e-1', '2.6816072556370786e-2',
        '-9.6252522980573009e-3',
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
