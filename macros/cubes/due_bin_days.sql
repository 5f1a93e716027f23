{#
    The days that a cube of bins has to count: all of them in a first build; later the dirty days, and every day of a
    model version whose bin version this cube has not counted yet; without those to which only outcomes came, if the cube
    reads none (replaced_by_day). Columns: log_name, model_id, model_version,
    bin_version, version_number, predicted_date.
#}
{% macro due_bin_days(without_outcomes=false) -%}
    {%- set dirty_days = ref('int_ml_dirty_days') -%}
select
        days.log_name,
        days.model_id,
        days.model_version,
        bin_versions.bin_version,
        bin_versions.version_number,
        days.predicted_date
    from {{ ref('int_ml_predictions_counted') }} as days
    inner join {{ ref('int_ml_bin_versions') }} as bin_versions
        on
            days.log_name = bin_versions.log_name
            and days.model_id = bin_versions.model_id
            and days.model_version = bin_versions.model_version
    {%- if ml_monitor.is_partial_build() %}
    left join {{ dirty_days }} as dirty
        on
            days.log_name = dirty.log_name
            and days.predicted_date = dirty.dirty_date
    {%- if without_outcomes %}
            and dirty.has_changed_rows
    {%- endif %}
    left join (
        select
            log_name,
            model_id,
            model_version,
            bin_version
        from {{ this }}
        group by
            log_name,
            model_id,
            model_version,
            bin_version
    ) as counted
        on
            days.log_name = counted.log_name
            and days.model_id = counted.model_id
            and days.model_version = counted.model_version
            and bin_versions.bin_version = counted.bin_version
    {%- endif %}
    where
        days.slice_key is null
    {%- if ml_monitor.is_partial_build() %}
        and (dirty.dirty_date is not null or counted.bin_version is null)
    {%- endif %}
{%- endmacro %}


{#
    The condition that a row (alias `predictions`) is of a CTE of days. Not a join: planners take a join by computed keys to
    keep next to no rows, and then build their hash tables from the many rows instead of the few. For the same reason what
    follows joins the days' columns from the left.
#}
{% macro in_days_of(days_cte) -%}
exists (
            select 1
            from {{ days_cte }}
            where
                predictions.log_name = {{ days_cte }}.log_name
                and predictions.model_id = {{ days_cte }}.model_id
                and predictions.model_version = {{ days_cte }}.model_version
                and predictions.predicted_date = {{ days_cte }}.predicted_date
        )
{%- endmacro %}
