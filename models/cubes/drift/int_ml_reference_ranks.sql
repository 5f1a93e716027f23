{%- set keys = ['log_name', 'model_id', 'model_version', 'bin_version', 'slice_key', 'slice_value', 'subject', 'feature_name'] %}
{{ config(**ml_monitor._replaced_by(
    'int_ml_references_due',
    {'log_name': 'log_name', 'model_id': 'model_id', 'model_version': 'model_version', 'bin_version': 'bin_version'},
)) }}
/*
    Grain: log, model, version, bin version, slice, subject, feature and value. The distinct finite values of a
    reference, each with the rows up to it and the sum of their values minus the centre (the lower median of these very
    values, so that sums of far values keep their digits). Ranked once; the windows look up ranks instead of sorting the
    reference again.
*/
with reference_rows as (

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
        counted.row_count
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

),

/* one number for the many keys: what is sorted below is long */
series as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        row_number() over (
            order by {% for key in keys %}{{ key }} asc nulls first{{ ', ' if not loop.last }}{% endfor %}
        ) as series_number
    from reference_rows
    group by
        {{ keys | join(',\n        ') }}

),

counted as (

    select
        series.series_number,
        reference_rows.counted_value,
        cast(sum(reference_rows.row_count) as {{ ml_monitor.type_double() }}) as row_count
    from reference_rows
    inner join series
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}
            {%- if key in ['slice_key', 'slice_value'] -%}
            coalesce(reference_rows.{{ key }}, '') = coalesce(series.{{ key }}, '')
            {%- else -%}
            reference_rows.{{ key }} = series.{{ key }}
            {%- endif %}
            {%- endfor %}
    group by
        series.series_number,
        reference_rows.counted_value

),

ranked as (

    select
        counted.*,
        sum(counted.row_count) over (
            partition by counted.series_number
            order by counted.counted_value asc nulls last
            rows between unbounded preceding and current row
        ) as row_count_at_most
    from counted

),

totals as (

    select
        series_number,
        max(row_count_at_most) as reference_count
    from ranked
    group by series_number

),

centres as (

    select
        ranked.series_number,
        min(ranked.counted_value) as centre
    from ranked
    inner join totals
        on ranked.series_number = totals.series_number
    where ranked.row_count_at_most * 2 >= totals.reference_count
    group by ranked.series_number

),

summed as (

    select
        ranked.*,
        centres.centre,
        sum((ranked.counted_value - centres.centre) * ranked.row_count) over (
            partition by ranked.series_number
            order by ranked.counted_value asc nulls last
            rows between unbounded preceding and current row
        ) as value_sum_at_most
    from ranked
    inner join centres
        on ranked.series_number = centres.series_number

)

select
    {%- for key in keys %}
    series.{{ key }},
    {%- endfor %}
    summed.centre,
    summed.counted_value,
    cast(summed.row_count as {{ dbt.type_bigint() }}) as row_count,
    cast(summed.row_count_at_most as {{ dbt.type_bigint() }}) as row_count_at_most,
    summed.value_sum_at_most
from summed
inner join series
    on summed.series_number = series.series_number
