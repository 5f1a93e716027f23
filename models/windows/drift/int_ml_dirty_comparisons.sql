{%- set built = ml_monitor.previous_build_of('int_ml_comparisons_built') %}
/*
    Grain: log, granularity and window start. The windows whose drift this build must replace: the dirty windows, those
    with a dirty window in a baseline, and those whose baselines are others than in the last finished build.
*/
with dirty_windows as ( -- noqa: ST03

    select * from {{ ref('int_ml_dirty_windows') }}

),

comparisons as ( -- noqa: ST03

    select * from {{ ref('int_ml_comparisons') }}

)

select
    log_name,
    granularity,
    window_start
from dirty_windows
union
select
    comparisons.log_name,
    comparisons.granularity,
    comparisons.window_start
from comparisons
inner join {{ ref('int_ml_baseline_members') }} as members
    on
        comparisons.log_name = members.log_name
        and comparisons.model_id = members.model_id
        and comparisons.model_version = members.model_version
        and comparisons.baseline_id = members.baseline_id
inner join dirty_windows
    on
        members.log_name = dirty_windows.log_name
        and members.member_granularity = dirty_windows.granularity
        and members.member_start = dirty_windows.window_start
{%- if built is not none %}
union
select
    coalesce(comparisons.log_name, built.log_name) as log_name,
    coalesce(comparisons.granularity, built.granularity) as granularity,
    coalesce(comparisons.window_start, built.window_start) as window_start
from comparisons
full outer join {{ built }} as built
    on
        comparisons.log_name = built.log_name
        and comparisons.model_id = built.model_id
        and comparisons.model_version = built.model_version
        and comparisons.granularity = built.granularity
        and comparisons.window_start = built.window_start
        and comparisons.baseline_name = built.baseline_name
        and coalesce(comparisons.member_signature, '') = coalesce(built.member_signature, '')
where comparisons.log_name is null or built.log_name is null
{%- endif %}
