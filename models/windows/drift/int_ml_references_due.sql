{%- set reference_days = ref('int_ml_reference_days') %}
{%- set dirty_days = ref('int_ml_dirty_days') %}
{%- set baselines = ref('int_ml_baselines') %}
{%- set kept = ml_monitor.previous_build_of('int_ml_reference_ranks') %}
{%- set compared = ml_monitor.previous_build_of('int_ml_ordered_windows') %}
{%- set built_reference_days = ml_monitor.previous_build_of('int_ml_reference_days_built') %}
/*
    Grain: log, model, version and bin version. The references whose values must be ranked in this build: those of an
    exact window that are new, or of which a day is dirty, came or went. A reference with which the last build compared nothing counts as
    new: while a version has another one, nobody looks whether the days of the old one change. One that is no reference any
    more is here too, and finds no rows: its ranks go.
*/
with needed as ( -- noqa: ST03

    select
        log_name,
        model_id,
        model_version,
        bin_version
    from {{ ref('int_ml_exact_windows') }}
    group by
        log_name,
        model_id,
        model_version,
        bin_version

)

{%- if kept is none or compared is none %}

select * from needed
{%- else %}

select needed.*
from needed
left join (
    select
        log_name,
        model_id,
        model_version,
        bin_version
    from {{ kept }}
    intersect
    select
        log_name,
        model_id,
        model_version,
        bin_version
    from {{ compared }}
) as kept
    on
        needed.log_name = kept.log_name
        and needed.model_id = kept.model_id
        and needed.model_version = kept.model_version
        and needed.bin_version = kept.bin_version
where kept.bin_version is null
union
select needed.*
from needed
inner join {{ reference_days }} as reference_days
    on
        needed.log_name = reference_days.log_name
        and needed.model_id = reference_days.model_id
        and needed.model_version = reference_days.model_version
        and needed.bin_version = reference_days.bin_version
inner join {{ dirty_days }} as dirty
    on
        reference_days.log_name = dirty.log_name
        and reference_days.predicted_date = dirty.dirty_date
        and dirty.has_changed_values
{%- if built_reference_days is not none %}
union
select needed.*
from needed
inner join (
    {{- ml_monitor.came_or_went(
        reference_days, built_reference_days,
        keys=['log_name', 'model_id', 'model_version', 'bin_version', 'predicted_date'],
        columns=['log_name', 'model_id', 'model_version', 'bin_version']
    ) | indent(4) }}
) as changed
    on
        needed.log_name = changed.log_name
        and needed.model_id = changed.model_id
        and needed.model_version = changed.model_version
        and needed.bin_version = changed.bin_version
{%- endif %}
union
select
    old_ranks.log_name,
    old_ranks.model_id,
    old_ranks.model_version,
    old_ranks.bin_version
from {{ kept }} as old_ranks
left join {{ baselines }} as baselines
    on
        old_ranks.log_name = baselines.log_name
        and old_ranks.model_id = baselines.model_id
        and old_ranks.model_version = baselines.model_version
        and old_ranks.bin_version = baselines.bin_version
where baselines.bin_version is null
{%- endif %}
