/*
    Grain: log, model, version, bin version, subject and numeric feature. The distinct deciles in ascending order:
    bin k is (edge_(k-1), edge_k], the first from minus infinity, the last to infinity. Where deciles coincide there
    are fewer edges; the unused ones hold the largest double, above which nothing finite lies.
*/
with quantiles as (

    select * from {{ ref('int_ml_reference_quantiles') }}

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

)

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
