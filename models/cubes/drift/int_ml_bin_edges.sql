/*
    Grain: log, model, version, bin version, subject and numeric feature. The distinct deciles in ascending order:
    bin k is (edge_(k-1), edge_k], the first from minus infinity, the last to infinity. Where deciles coincide there
    are fewer edges; the unused ones hold the largest double, above which nothing finite lies.
    Labels, which come late, are counted in the bins of the predictions: those are there when the first label is.
    The knots are the edges of the fine cells (macro cell_key): deciles and the quantiles 0.01, 0.05, 0.95 and 0.99,
    likewise. A feature with at most 1,000 distinct reference values is discrete: its values themselves are its cells.
*/
with quantiles as (

    select * from {{ ref('int_ml_reference_quantiles') }}
    union all
    select
        {%- for column in ['log_name', 'model_id', 'model_version', 'bin_version'] %}
        quantiles.{{ column }},
        {%- endfor %}
        'label' as subject,
        'actual' as feature_name,
        quantiles.finite_count,
        quantiles.distinct_count,
        quantiles.reference_minimum,
        quantiles.reference_maximum
        {%- for position in range(1, 10) %},
        quantiles.decile_{{ position }}
        {%- endfor %}
        {%- for tail in ['01', '05', '95', '99'] %},
        quantiles.tail_{{ tail }}
        {%- endfor %}
    from {{ ref('int_ml_reference_quantiles') }} as quantiles
    where quantiles.subject = 'prediction'

),

deciles as (

    {%- for position in range(1, 10) %}
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        decile_{{ position }} as edge_value
    from quantiles
    {{ 'union' if not loop.last }}
    {%- endfor %}

),

numbered as (

    select
        deciles.*,
        row_number() over (
            partition by
                deciles.log_name, deciles.model_id, deciles.model_version, deciles.bin_version, deciles.subject,
                deciles.feature_name
            order by deciles.edge_value asc
        ) as edge_number
    from deciles

),

knots as (

    {%- for column in ['decile_1', 'decile_2', 'decile_3', 'decile_4', 'decile_5', 'decile_6', 'decile_7', 'decile_8', 'decile_9', 'tail_01', 'tail_05', 'tail_95', 'tail_99'] %}
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        {{ column }} as knot_value
    from quantiles
    {{ 'union' if not loop.last }}
    {%- endfor %}

),

numbered_knots as (

    select
        knots.*,
        row_number() over (
            partition by
                knots.log_name, knots.model_id, knots.model_version, knots.bin_version, knots.subject, knots.feature_name
            order by knots.knot_value asc
        ) as knot_number
    from knots

),

wide_knots as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name
        {%- for position in range(1, 14) %},
        coalesce(max(knot_value) filter (where knot_number = {{ position }}), {{ ml_monitor.double_literal('1.7976931348623157e308') }}) as knot_{{ position }}
        {%- endfor %}
    from numbered_knots
    group by
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name

),

wide_edges as (

    select
        quantiles.log_name,
        quantiles.model_id,
        quantiles.model_version,
        quantiles.bin_version,
        quantiles.subject,
        quantiles.feature_name,
        quantiles.finite_count,
        quantiles.distinct_count,
        quantiles.reference_minimum,
        quantiles.reference_maximum,
        count(*) as edge_count
        {%- for position in range(1, 10) %},
        coalesce(max(numbered.edge_value) filter (where numbered.edge_number = {{ position }}), {{ ml_monitor.double_literal('1.7976931348623157e308') }}) as edge_{{ position }}
        {%- endfor %}
    from quantiles
    inner join numbered
        on
            quantiles.log_name = numbered.log_name
            and quantiles.model_id = numbered.model_id
            and quantiles.model_version = numbered.model_version
            and quantiles.bin_version = numbered.bin_version
            and quantiles.subject = numbered.subject
            and quantiles.feature_name = numbered.feature_name
    group by
        quantiles.log_name,
        quantiles.model_id,
        quantiles.model_version,
        quantiles.bin_version,
        quantiles.subject,
        quantiles.feature_name,
        quantiles.finite_count,
        quantiles.distinct_count,
        quantiles.reference_minimum,
        quantiles.reference_maximum

)

select
    wide_edges.*,
    wide_edges.distinct_count <= 1000 as is_discrete
    {%- for position in range(1, 14) %},
    wide_knots.knot_{{ position }}
    {%- endfor %}
from wide_edges
inner join wide_knots
    on
        wide_edges.log_name = wide_knots.log_name
        and wide_edges.model_id = wide_knots.model_id
        and wide_edges.model_version = wide_knots.model_version
        and wide_edges.bin_version = wide_knots.bin_version
        and wide_edges.subject = wide_knots.subject
        and wide_edges.feature_name = wide_knots.feature_name
