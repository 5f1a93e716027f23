/*
    Grain: model, champion, challenger, week or month, slice and selection; binary models whose versions are paired. What
    each version alone selects (predicts positive), both, or neither, and how many of those were positive in the end:
    what changes hands when the challenger takes over. Pairs with an outcome only.
*/
with matches as (

    select * from {{ ref('int_ml_version_matches') }}
    where
        pairing = 'paired'
        and task = 'binary_classification'

),

paired as (

    select * from {{ ref('int_ml_paired_windows') }}

),

swapped as (

    {%- for selection, as_first, as_second in [
        ('both', 'both', 'both'), ('champion_only', 'first_only', 'second_only'),
        ('challenger_only', 'second_only', 'first_only'), ('neither', 'neither', 'neither'),
    ] %}
    select
        matches.*,
        '{{ selection }}' as selection,
        case
            when matches.champion_version = paired.first_version then paired.{{ as_first }}_selected_count
            else paired.{{ as_second }}_selected_count
        end as selected_count,
        case
            when matches.champion_version = paired.first_version then paired.{{ as_first }}_selected_positive_count
            else paired.{{ as_second }}_selected_positive_count
        end as positive_count
    from matches
    inner join paired
        on
            matches.log_name = paired.log_name
            and matches.model_id = paired.model_id
            and least(matches.champion_version, matches.challenger_version) = paired.first_version
            and greatest(matches.champion_version, matches.challenger_version) = paired.second_version
            and matches.granularity = paired.granularity
            and matches.window_start = paired.window_start
            and coalesce(matches.slice_key, '') = coalesce(paired.slice_key, '')
            and coalesce(matches.slice_value, '') = coalesce(paired.slice_value, '')
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    model_id,
    champion_version,
    challenger_version,
    granularity,
    window_start,
    window_end,
    slice_key,
    slice_value,
    is_complete,
    is_mature,
    selection,
    pair_count,
    selected_count,
    {{ ml_monitor.safe_divide('selected_count', 'pair_count') }} as selected_share,
    cast(positive_count as {{ dbt.type_bigint() }}) as positive_count,
    {{ ml_monitor.safe_divide('positive_count', 'selected_count') }} as outcome_rate,
    {{ ml_monitor.wilson_lower('positive_count', 'selected_count') }} as ci_lower,
    {{ ml_monitor.wilson_upper('positive_count', 'selected_count') }} as ci_upper
from swapped
