{%- set keys = ['log_name', 'model_id', 'model_version', 'bin_version'] %}
/*
    Grain: bin version (version_number), subject, numeric feature, cell and number of the part. The parts of the cells that
    int_ml_reference_splits divides. Part 0 begins where the cell begins and keeps its key; part n lies between split n
    (split_value) and the next one (next_value; null for the end of the cell), and split n itself is a point of its own.
    point_key and part_key lie between the cell's key and the next cell's, in the order of the values.
    Labels are divided as the predictions are, whose bins they are counted in.
*/
with splits as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        subject,
        feature_name,
        cell_key,
        split_value
    from {{ ref('int_ml_reference_splits') }}
    where split_value is not null
    union all
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        'label' as subject,
        'actual' as feature_name,
        cell_key,
        split_value
    from {{ ref('int_ml_reference_splits') }}
    where
        split_value is not null
        and subject = 'prediction'

),

numbered as (

    select
        bin_versions.version_number,
        splits.subject,
        splits.feature_name,
        splits.cell_key,
        splits.split_value,
        row_number() over (
            partition by bin_versions.version_number, splits.subject, splits.feature_name, splits.cell_key
            order by splits.split_value asc nulls last
        ) as split_number,
        lead(splits.split_value) over (
            partition by bin_versions.version_number, splits.subject, splits.feature_name, splits.cell_key
            order by splits.split_value asc nulls last
        ) as next_value
    from splits
    inner join {{ ref('int_ml_bin_versions') }} as bin_versions
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}splits.{{ key }} = bin_versions.{{ key }}
            {%- endfor %}

)

select
    version_number,
    subject,
    feature_name,
    cell_key,
    split_number,
    split_value,
    next_value,
    /* a cell has at most 200 shares of 0.5 % and 200 such values */
    cell_key + cast(2 * split_number - 1 as {{ ml_monitor.type_double() }}) / 1024 as point_key,
    cell_key + cast(2 * split_number as {{ ml_monitor.type_double() }}) / 1024 as part_key
from numbered
union all
select
    version_number,
    subject,
    feature_name,
    cell_key,
    0 as split_number,
    cast(null as {{ ml_monitor.type_double() }}) as split_value,
    split_value as next_value,
    cast(null as {{ ml_monitor.type_double() }}) as point_key,
    cell_key as part_key
from numbered
where split_number = 1
