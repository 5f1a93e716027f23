/*
    Grain: model, version, bin version, subject, feature and bin with a name of its own. The frozen bins, those of earlier
    references too: what bin_version and bin_number of fct_ml_drift_bins mean. Bins without a name (other, unseen, null,
    non_finite) are the same everywhere and not here.
*/
with bin_edges as (

    select * from {{ ref('int_ml_bin_edges') }}

),

intervals as (

    {%- for position in range(1, 11) %}
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        {{ position }} as bin_number,
        {{ 'edge_' ~ (position - 1) if position > 1 else 'cast(null as ' ~ ml_monitor.type_double() ~ ')' }} as bin_lower,
        {% if position < 10 %}case when edge_count >= {{ position }} then edge_{{ position }} end{% else %}cast(null as {{ ml_monitor.type_double() }}){% endif %} as bin_upper
    from bin_edges
    where edge_count >= {{ position - 1 }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

bins as (

    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        'interval' as bin_kind,
        bin_number,
        cast(null as {{ dbt.type_string() }}) as bin_category,
        bin_lower,
        bin_upper
    from intervals
    union all
    select
        log_name,
        model_id,
        model_version,
        bin_version,
        subject,
        feature_name,
        'category' as bin_kind,
        category_rank as bin_number,
        category as bin_category,
        cast(null as {{ ml_monitor.type_double() }}) as bin_lower,
        cast(null as {{ ml_monitor.type_double() }}) as bin_upper
    from {{ ref('int_ml_reference_categories') }}
    where not is_folded

)

select
    bins.log_name,
    bins.model_id,
    bins.model_version,
    bins.bin_version,
    baselines.bin_version is not null as is_current,
    bins.subject,
    bins.feature_name,
    bins.bin_kind,
    cast(bins.bin_number as int) as bin_number,
    bins.bin_category,
    bins.bin_lower,
    bins.bin_upper
from bins
left join {{ ref('int_ml_baselines') }} as baselines
    on
        bins.log_name = baselines.log_name
        and bins.model_id = baselines.model_id
        and bins.model_version = baselines.model_version
        and bins.bin_version = baselines.bin_version
