{#
    The log loss of one binary prediction in nats: -ln of the probability given to what happened, clipped to
    [eps, 1 - eps] with eps = 2.220446049250313e-16 as scikit-learn's log_loss does. Null without an outcome.
#}
{% macro log_loss_term(score, actual) -%}
    {%- set epsilon = ml_monitor.double_literal('2.220446049250313e-16') -%}
    case
            when {{ actual }} = 1 then -ln(least(greatest({{ score }}, {{ epsilon }}), 1 - {{ epsilon }}))
            when {{ actual }} = 0 then -ln(least(greatest(1 - {{ score }}, {{ epsilon }}), 1 - {{ epsilon }}))
        end
{%- endmacro %}
