{#
    CTEs of a model that is replaced by comparison: `comparisons`, those of this build that have a baseline, and `members`,
    the windows whose rows make up their baselines.
#}
{% macro with_due_comparisons() -%}
comparisons as (

    select comparisons.*
    from {{ ref('int_ml_comparisons') }} as comparisons
    {{ ml_monitor.in_dirty_comparisons('comparisons') }}
    where comparisons.baseline_id is not null

),

baselines as (

    select
        log_name,
        model_id,
        model_version,
        baseline_id
    from comparisons
    group by
        log_name,
        model_id,
        model_version,
        baseline_id

),

members as (

    select
        members.log_name,
        members.model_id,
        members.model_version,
        members.baseline_id,
        members.member_granularity as granularity,
        members.member_start as window_start
    from {{ ref('int_ml_baseline_members') }} as members
    inner join baselines
        on
            members.log_name = baselines.log_name
            and members.model_id = baselines.model_id
            and members.model_version = baselines.model_version
            and members.baseline_id = baselines.baseline_id

)
{%- endmacro %}
