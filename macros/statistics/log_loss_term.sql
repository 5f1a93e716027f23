{#
    The log loss of one binary prediction in nats: -ln of the probability given to what happened. Null without an outcome.
#}
{% macro log_loss_term(score, actual) -%}
case
            when {{ actual }} = 1 then {{ ml_monitor.log_loss_of(score) }}
            when {{ actual }} = 0 then {{ ml_monitor.log_loss_of('1 - ' ~ score) }}
        end
{%- endmacro %}


{#
    The log loss of an event that was given this probability, clipped to [eps, 1 - eps] with
    eps = 2.220446049250313e-16 as scikit-learn's log_loss does.
#}
{% macro log_loss_of(probability) -%}
{%- set epsilon = ml_monitor.double_literal('2.220446049250313e-16') -%}
-ln(least(greatest({{ probability }}, {{ epsilon }}), 1 - {{ epsilon }}))
{%- endmacro %}
