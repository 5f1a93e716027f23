{#- the lengths of window that a baseline is there for; the reference is for all, a named one as for `previous` -#}
{%- set granularities = {
    'reference': ['day', 'week', 'month', 'trailing_7d', 'trailing_28d'],
    'previous': ['day', 'week', 'month'],
    'trailing': ['day', 'week', 'month'],
    'same_weekday': ['day'],
    'same_season': ['day', 'week', 'month'],
} -%}
/*
    Grain: log, model, version, window and baseline that the window is to be compared with, whether the baseline exists
    or not (baseline_id is null). Made from the declaration, the policy and the calendar. member_signature changes when
    other windows make up the baseline.
*/
with windows as (

    select
        log_name,
        model_id,
        model_version,
        granularity,
        window_start,
        window_end
    from {{ ref('int_ml_windows') }}
    where granularity not in ('reference', 'lifetime')

),

declared as (

    {%- for log in ml_monitor.prediction_logs() %}
    {%- for baseline in log.baselines %}
    {%- for granularity in granularities[baseline] %}
    select
        '{{ log.name }}' as log_name,
        '{{ baseline }}' as baseline_name,
        '{{ granularity }}' as granularity
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as log_name,
        cast(null as {{ dbt.type_string() }}) as baseline_name,
        cast(null as {{ dbt.type_string() }}) as granularity
    where 1 = 0

),

baselines as (

    select * from {{ ref('int_ml_baselines') }}

),

named_baselines as (

    select * from {{ ref('int_ml_named_baselines') }}

),

baseline_windows as (

    select
        baseline_windows.log_name,
        baseline_windows.model_id,
        baseline_windows.model_version,
        baseline_windows.granularity,
        baseline_windows.window_start,
        baseline_windows.baseline_name,
        {{ ml_monitor.baseline_id('baseline_windows') }} as baseline_id,
        min(baseline_windows.member_start) as baseline_start,
        max(baseline_windows.member_end) as baseline_end
    from {{ ref('int_ml_baseline_windows') }} as baseline_windows
    group by
        baseline_windows.log_name,
        baseline_windows.model_id,
        baseline_windows.model_version,
        baseline_windows.granularity,
        baseline_windows.window_start,
        baseline_windows.baseline_name,
        {{ ml_monitor.baseline_id('baseline_windows') }}

),

signatures as (

    select
        log_name,
        model_id,
        model_version,
        baseline_id,
        concat(
            cast(count(*) as {{ dbt.type_string() }}), '/',
            cast(sum({{ ml_monitor.days_between("cast('2000-01-01' as date)", 'member_start') }}) as {{ dbt.type_string() }})
        ) as member_signature
    from {{ ref('int_ml_baseline_members') }}
    group by
        log_name,
        model_id,
        model_version,
        baseline_id

),

compared as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.window_end,
        declared.baseline_name,
        case
            when declared.baseline_name != 'reference' then baseline_windows.baseline_id
            when baselines.reference_start is not null then 'reference'
        end as baseline_id,
        case
            when declared.baseline_name = 'reference' then baselines.reference_start else baseline_windows.baseline_start
        end as baseline_start,
        case
            when declared.baseline_name = 'reference' then baselines.reference_end else baseline_windows.baseline_end
        end as baseline_end
    from windows
    inner join declared
        on
            windows.log_name = declared.log_name
            and windows.granularity = declared.granularity
    left join baselines
        on
            windows.log_name = baselines.log_name
            and windows.model_id = baselines.model_id
            and windows.model_version = baselines.model_version
    left join baseline_windows
        on
            windows.log_name = baseline_windows.log_name
            and windows.model_id = baseline_windows.model_id
            and windows.model_version = baseline_windows.model_version
            and windows.granularity = baseline_windows.granularity
            and windows.window_start = baseline_windows.window_start
            and declared.baseline_name = baseline_windows.baseline_name
    union all
    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.window_end,
        named_baselines.baseline_name,
        /* a window is never in its own baseline */
        case
            when
                windows.window_end <= named_baselines.baseline_start
                or windows.window_start >= named_baselines.baseline_end
                then concat('named/', named_baselines.baseline_name)
        end as baseline_id,
        named_baselines.baseline_start,
        named_baselines.baseline_end
    from windows
    inner join named_baselines
        on
            windows.log_name = named_baselines.log_name
            and windows.model_id = named_baselines.model_id
            and windows.model_version = named_baselines.model_version
    where windows.granularity in ('day', 'week', 'month')

)

select
    compared.log_name,
    compared.model_id,
    compared.model_version,
    compared.granularity,
    compared.window_start,
    compared.window_end,
    compared.baseline_name,
    signatures.baseline_id,
    signatures.member_signature,
    compared.baseline_start,
    compared.baseline_end
from compared
left join signatures
    on
        compared.log_name = signatures.log_name
        and compared.model_id = signatures.model_id
        and compared.model_version = signatures.model_version
        and compared.baseline_id = signatures.baseline_id
