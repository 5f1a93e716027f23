{# A number for a sentence: three decimals, none for large ones; '' for null. #}
{% macro plain_number(value) -%}
    case
                when {{ value }} is null then ''
                when abs({{ value }}) >= 1000 then cast(cast({{ value }} as decimal(28, 0)) as {{ dbt.type_string() }})
                else cast(cast({{ value }} as decimal(28, 3)) as {{ dbt.type_string() }})
            end
{%- endmacro %}
