{%- set keys = ['log_name', 'model_id', 'model_version', 'bin_version', 'slice_key', 'slice_value', 'subject', 'feature_name'] %}
{{ config(**ml_monitor._replaced_by(
    'int_ml_references_due',
    {'log_name': 'log_name', 'model_id': 'model_id', 'model_version': 'model_version', 'bin_version': 'bin_version'},
    ['log_name', 'model_id', 'model_version', 'bin_version'],
)) }}
/*
    Grain: log, model, version, bin version, slice, subject, feature and value. The distinct finite values of a
    reference, each with the rows up to it and the sum of their values minus the centre (the lower median of these very
    values, so that sums of far values keep their digits). Ranked once; the windows look up ranks instead of sorting the
    reference again.
*/
with counted as (

    select
        counted.log_name,
        counted.model_id,
        counted.model_version,
        due.bin_version,
        counted.slice_key,
        counted.slice_value,
        counted.subject,
        counted.feature_name,
        counted.counted_value,
        cast(sum(counted.row_count) as {{ dbt.type_bigint() }}) as row_count
    from {{ ref('int_ml_values_counted') }} as counted
    inner join {{ ref('int_ml_references_due') }} as due
        on
            counted.log_name = due.log_name
            and counted.model_id = due.model_id
            and counted.model_version = due.model_version
    inner join {{ ref('int_ml_reference_days') }} as reference_days
        on
            counted.log_name = reference_days.log_name
            and counted.model_id = reference_days.model_id
            and counted.model_version = reference_days.model_version
            and counted.predicted_date = reference_days.predicted_date
            and due.bin_version = reference_days.bin_version
    group by
        counted.log_name,
        counted.model_id,
        counted.model_version,
        due.bin_version,
        counted.slice_key,
        counted.slice_value,
        counted.subject,
        counted.feature_name,
        counted.counted_value

),

ranked as (

    select
        counted.*,
        cast(sum(counted.row_count) over ascending as {{ dbt.type_bigint() }}) as row_count_at_most,
        sum(counted.row_count) over whole as reference_count
    from counted
    window
        whole as (
            partition by
                {% for key in keys %}counted.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
        ),
        ascending as (
            partition by
                {% for key in keys %}counted.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
            order by counted.counted_value asc nulls last
            rows between unbounded preceding and current row
        )

),

centred as (

    select
        ranked.*,
        min(case when ranked.row_count_at_most * 2 >= ranked.reference_count then ranked.counted_value end) over (
            partition by
                {% for key in keys %}ranked.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
        ) as centre
    from ranked

)

select
    {%- for key in keys %}
    centred.{{ key }},
    {%- endfor %}
    centred.centre,
    centred.counted_value,
    centred.row_count,
    centred.row_count_at_most,
    sum((centred.counted_value - centred.centre) * centred.row_count) over (
        partition by
            {% for key in keys %}centred.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
        order by centred.counted_value asc nulls last
        rows between unbounded preceding and current row
    ) as value_sum_at_most
from centred
