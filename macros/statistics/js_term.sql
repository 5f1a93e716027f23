{#
    One bin's part of the Jensen-Shannon divergence of two shares in bits: (r log2(r / m) + c log2(c / m)) / 2 with
    m = (r + c) / 2 (Lin 1991). In [0, 1]; a share of 0 adds nothing. The sum over bins equals
    scipy.spatial.distance.jensenshannon(r, c, base=2) squared.
#}
{% macro js_term(reference_share, current_share) -%}
    {%- set mean_share = ml_monitor.safe_divide(reference_share ~ ' + ' ~ current_share, '2') -%}
    (
        case when {{ reference_share }} > 0 then {{ reference_share }} * ln({{ ml_monitor.safe_divide(reference_share, mean_share) }}) else 0 end
        + case when {{ current_share }} > 0 then {{ current_share }} * ln({{ ml_monitor.safe_divide(current_share, mean_share) }}) else 0 end
    ) / {{ ml_monitor.double_literal(1.3862943611198906) }}
{%- endmacro %}
