{#
    The reference days that frozen bins must still be made from: all of them in a first build; later those of a reference
    in which a feature of this kind has no row in the model yet.
#}
{% macro pending_reference_days(feature_kind) -%}
    {%- set baselines = ref('int_ml_baselines') -%}
    {%- set drift_subjects = ref('int_ml_drift_subjects') -%}
select reference_days.*
    from {{ ref('int_ml_reference_days') }} as reference_days
    {%- if ml_monitor.is_partial_build() %}
    inner join (
        select
            baselines.log_name,
            baselines.model_id,
            baselines.model_version,
            baselines.bin_version
        from {{ baselines }} as baselines
        inner join {{ drift_subjects }} as subjects
            on baselines.log_name = subjects.log_name
        left join {{ this }} as frozen
            on
                baselines.log_name = frozen.log_name
                and baselines.model_id = frozen.model_id
                and baselines.model_version = frozen.model_version
                and baselines.bin_version = frozen.bin_version
                and subjects.subject = frozen.subject
                and subjects.feature_name = frozen.feature_name
        where
            subjects.feature_kind = '{{ feature_kind }}'
            and subjects.subject != 'label'
            and frozen.feature_name is null
        group by
            baselines.log_name,
            baselines.model_id,
            baselines.model_version,
            baselines.bin_version
    ) as unfrozen
        on
            reference_days.log_name = unfrozen.log_name
            and reference_days.model_id = unfrozen.model_id
            and reference_days.model_version = unfrozen.model_version
            and reference_days.bin_version = unfrozen.bin_version
    {%- endif %}
{%- endmacro %}
