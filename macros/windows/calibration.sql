{#
    A score calibrated on the reference: the piece of the isotonic fit of its class in which it lies, joined as `pieces`, and the
    straight line of that piece. Null where the reference cannot be fitted.
#}
{% macro in_calibration_piece(rows_alias, class_label, score) -%}
left join {{ ref('int_ml_calibration_pieces') }} as pieces
        on
            {{ rows_alias }}.log_name = pieces.log_name
            and {{ rows_alias }}.model_id = pieces.model_id
            and {{ rows_alias }}.model_version = pieces.model_version
            and {{ class_label }} = pieces.class_label
            and {{ ml_monitor.score_cell(score) }} = pieces.score_cell
            and {{ score }} > pieces.lower_score
            and {{ score }} <= pieces.upper_score
{%- endmacro %}


{% macro calibrated_score(score) -%}
pieces.lower_calibrated_score + pieces.slope * ({{ score }} - pieces.lower_score)
{%- endmacro %}
