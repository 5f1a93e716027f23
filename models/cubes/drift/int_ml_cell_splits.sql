{%- set keys = ['log_name', 'model_id', 'model_version', 'bin_version'] %}
/*
    Grain: bin version (version_number), subject, numeric feature, cell and number of the part. The parts of divided cells:
    those of int_ml_reference_splits. Part 0 begins where the cell begins and keeps its key; part n lies between split n
    (split_value) and the next one (next_value; null for the end of the cell), and split n itself is a point of its own.
    point_key and part_key lie between the cell's key and the next cell's, in the order of the values.
    Labels are counted in the bins and divided cells of the predictions, which are frozen before a label is known. Their
    cells are divided at whole numbers too, where the predictions span at most 2,048: labels often are counts.
*/
with label_edges as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        subject,
        feature_name,
        is_discrete,
        reference_minimum,
        reference_maximum
        {%- for position in range(1, 14) %},
        least(knot_{{ position }}, reference_maximum) as knot_{{ position }}
        {%- endfor %}
    from {{ ref('int_ml_bin_edges') }}
    where
        subject = 'label'
        and not is_discrete
        and reference_maximum - reference_minimum <= 2048

),

numbers as (

    {{ dbt.generate_series(4096) }}

),

whole_numbers as (

    select
        edges.*,
        floor(edges.reference_minimum) - 1024 + numbers.generated_number as split_value
    from label_edges as edges
    cross join numbers

),

whole_number_cells as (

    select
        whole_numbers.*,
        {{ ml_monitor.cell_key('whole_numbers.split_value', 'whole_numbers.') }} as cell_key
    from whole_numbers

),

splits as (

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
    union
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
    union
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        subject,
        feature_name,
        cell_key,
        split_value
    from whole_number_cells
    where not {{ ml_monitor.is_point_cell('cell_key', '') }}

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
    /* at most 4,096 whole numbers and 400 values of the reference in a cell */
    cell_key + cast(2 * split_number - 1 as {{ ml_monitor.type_double() }}) / 16384 as point_key,
    cell_key + cast(2 * split_number as {{ ml_monitor.type_double() }}) / 16384 as part_key
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
