{#
    The columns identify a row: no combination of them stands twice. Nulls compare equal, so a nullable part of a
    grain (slice_key) needs no stand-in. Columns under never_null, of the grain or not, must have a value in every
    row. Fails with each bad combination, how many rows have it, and how many of those miss a value.
        data_tests:
          - ml_monitor.unique_grain:
              arguments:
                columns: [model_id, model_version, slice_key, slice_value]
                never_null: [model_id, model_version, status]
#}
{% test unique_grain(model, columns, never_null=[]) %}
with rows_of_grain as (

    select
        {{ columns | join(',\n        ') }},
        {% if never_null -%}
        case when {{ never_null | join(' is null or ') }} is null then 1 else 0 end as is_incomplete
        {%- else -%}
        0 as is_incomplete
        {%- endif %}
    from {{ model }}

)

select
    {{ columns | join(',\n    ') }},
    count(*) as row_count,
    sum(is_incomplete) as incomplete_row_count
from rows_of_grain
group by
    {{ columns | join(',\n    ') }}
having
    count(*) > 1
    or sum(is_incomplete) > 0
{% endtest %}
