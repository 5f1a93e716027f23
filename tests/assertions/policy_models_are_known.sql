{{ config(severity='warn', tags=['ml_assertion']) }}
/*
    Every model_id that policy names has predictions. Only a warning: policy may be ahead of the first prediction.
*/
with named as (

    {%- for kind in ['models', 'baselines', 'thresholds', 'excluded_periods', 'value_matrix'] %}
    select
        '{{ kind }}' as policy,
        cast(model_id as {{ dbt.type_string() }}) as model_id
    from {{ ml_monitor.policy(kind) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    named.policy,
    named.model_id,
    count(*) as row_count
from named
where
    named.model_id is not null
    and not exists (
        select 1
        from {{ ref('dim_ml_models') }} as models
        where models.model_id = named.model_id
    )
group by
    named.policy,
    named.model_id
