{#
    The key of a value in its cell, or in its part of a cell that int_ml_cell_splits divides. A part's key lies between its
    cell's and the next one's, in the order of the values; which bin it belongs to follows from it as from the cell's.
#}
{% macro part_key(value, cell_key, splits) -%}
case
                when {{ splits }}split_value is null then {{ cell_key }}
                when {{ value }} = {{ splits }}split_value then {{ splits }}point_key
                else {{ splits }}part_key
            end
{%- endmacro %}


{# The join that part_key needs: a row has one match, the greatest split of its cell that is not above it, or none. #}
{% macro join_splits(splits, subject, feature_name, rows_alias, value, cell_key) -%}
left join {{ ref('int_ml_cell_splits') }} as {{ splits }}
        on
            {{ rows_alias }}.version_number = {{ splits }}.version_number
            and {{ splits }}.subject = '{{ subject }}'
            and {{ splits }}.feature_name = '{{ feature_name }}'
            and {{ rows_alias }}.{{ cell_key }} = {{ splits }}.cell_key
            and {{ rows_alias }}.{{ value }} >= {{ splits }}.split_value
            and {{ rows_alias }}.{{ value }} < coalesce({{ splits }}.next_value, {{ ml_monitor.double_literal("1.7976931348623157e308") }})
{%- endmacro %}


{# The value that a part is between, and the key of the cell that it is a part of. #}
{% macro cell_of_part(part_key, edges) -%}
case when {{ edges }}is_discrete then {{ part_key }} else floor({{ part_key }}) end
{%- endmacro %}
