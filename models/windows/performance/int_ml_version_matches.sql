/*
    Grain: log, model, week or month, slice and two versions with predictions in it: the champion, which is the version
    of the window that was deployed first (dim_ml_models: deployed_at, then the first prediction), and a challenger,
    each other version. Paired where at least half of the outcomes of the smaller one belong to a pair.
*/
with windows as (

    select * from {{ ref('int_ml_window_counts') }}
    where
        granularity in ('week', 'month')
        and prediction_count > 0

),

aged as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        row_number() over (
            partition by windows.log_name, windows.model_id, windows.granularity, windows.window_start
            order by models.deployed_at asc, models.first_predicted_date asc, models.model_version asc
        ) as version_age
    from windows
    inner join {{ ref('dim_ml_models') }} as models
        on
            windows.log_name = models.log_name
            and windows.model_id = models.model_id
            and windows.model_version = models.model_version
    where windows.slice_key is null

),

matches as (

    select
        champions.log_name,
        champions.task,
        champions.model_id,
        champions.model_version as champion_version,
        challengers.model_version as challenger_version,
        champions.granularity,
        champions.window_start,
        champions.window_end,
        champions.is_complete,
        champions.slice_key,
        champions.slice_value,
        champions.prediction_count as champion_prediction_count,
        challengers.prediction_count as challenger_prediction_count,
        champions.labelled_count as champion_labelled_count,
        challengers.labelled_count as challenger_labelled_count
    from windows as champions
    inner join aged
        on
            champions.log_name = aged.log_name
            and champions.model_id = aged.model_id
            and champions.model_version = aged.model_version
            and champions.granularity = aged.granularity
            and champions.window_start = aged.window_start
            and aged.version_age = 1
    inner join windows as challengers
        on
            champions.log_name = challengers.log_name
            and champions.model_id = challengers.model_id
            and champions.granularity = challengers.granularity
            and champions.window_start = challengers.window_start
            and coalesce(champions.slice_key, '') = coalesce(challengers.slice_key, '')
            and coalesce(champions.slice_value, '') = coalesce(challengers.slice_value, '')
    where champions.model_version != challengers.model_version

)

select
    matches.*,
    coalesce(paired.pair_count, 0) as pair_count,
    case
        when paired.pair_count > 0 and 2 * paired.pair_count >= least(matches.champion_labelled_count, matches.challenger_labelled_count)
            then 'paired'
        else 'unpaired'
    end as pairing,
    coalesce(champion_maturity.is_mature and challenger_maturity.is_mature, false) as is_mature
from matches
left join {{ ref('int_ml_paired_windows') }} as paired
    on
        matches.log_name = paired.log_name
        and matches.model_id = paired.model_id
        and least(matches.champion_version, matches.challenger_version) = paired.first_version
        and greatest(matches.champion_version, matches.challenger_version) = paired.second_version
        and matches.granularity = paired.granularity
        and matches.window_start = paired.window_start
        and coalesce(matches.slice_key, '') = coalesce(paired.slice_key, '')
        and coalesce(matches.slice_value, '') = coalesce(paired.slice_value, '')
{%- for role in ['champion', 'challenger'] %}
left join {{ ref('int_ml_window_maturity') }} as {{ role }}_maturity
    on
        matches.log_name = {{ role }}_maturity.log_name
        and matches.model_id = {{ role }}_maturity.model_id
        and matches.{{ role }}_version = {{ role }}_maturity.model_version
        and matches.granularity = {{ role }}_maturity.granularity
        and matches.window_start = {{ role }}_maturity.window_start
{%- endfor %}
