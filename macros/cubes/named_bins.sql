{#
    CTEs that turn counted bin codes into named bins. In: a CTE with log_name, model_id, model_version, bin_version,
    predicted_date, feature_name, bin_number (as macro bin_number gives it, 0 for a category), bin_category, row_count, and whatever `more_keys` names. Out: the CTE `named`, with bin_kind, and bin_number and bin_category as
    int_ml_feature_bins_counted describes them.
#}
{% macro named_bins(counted_cte, subject, more_keys=[]) -%}
matched as (

    select
        counted.*,
        reference_categories.category_rank,
        reference_categories.is_folded,
        logs.category_limit,
        row_number() over (
            partition by
                counted.log_name, counted.model_id, counted.model_version, counted.bin_version,
                counted.predicted_date, counted.feature_name
                {%- for key in more_keys %}, counted.{{ key }}{% endfor %},
                case when counted.bin_number = 0 and reference_categories.category_rank is null then 1 else 0 end
            order by counted.row_count desc, counted.bin_category asc nulls last, counted.bin_number asc
        ) as frequency_rank
    from {{ counted_cte }} as counted
    inner join {{ ref('int_ml_logs') }} as logs
        on counted.log_name = logs.log_name
    left join (
        select
            log_name,
            model_id,
            model_version,
            bin_version,
            subject,
            feature_name,
            category,
            category_rank,
            is_folded
        from {{ ref('int_ml_reference_categories') }}
        union all
        /* labels are counted in the bins of the predictions */
        select
            log_name,
            model_id,
            model_version,
            bin_version,
            'label' as subject,
            'actual' as feature_name,
            category,
            category_rank,
            is_folded
        from {{ ref('int_ml_reference_categories') }}
        where subject = 'prediction'
    ) as reference_categories
        on
            counted.log_name = reference_categories.log_name
            and counted.model_id = reference_categories.model_id
            and counted.model_version = reference_categories.model_version
            and counted.bin_version = reference_categories.bin_version
            and {{ subject }} = reference_categories.subject
            and counted.feature_name = reference_categories.feature_name
            and counted.bin_category = reference_categories.category
            and counted.bin_number = 0

),

named as (

    select
        matched.log_name,
        matched.model_id,
        matched.model_version,
        matched.bin_version,
        matched.predicted_date,
        matched.feature_name,
        {%- for key in more_keys %}
        matched.{{ key }},
        {%- endfor %}
        case
            when matched.bin_number > 0 then 'interval'
            when matched.bin_number = -1 then 'null'
            when matched.bin_number = -2 then 'non_finite'
            when matched.is_folded then 'other'
            when matched.category_rank is not null then 'category'
            else 'unseen'
        end as bin_kind,
        case
            when matched.bin_number > 20 then matched.bin_number - 20
            when matched.bin_number != 0 then matched.bin_number
            when matched.is_folded then 100001
            when matched.category_rank is not null then matched.category_rank
            else 100002
        end as bin_number,
        case
            when matched.is_folded then null
            when matched.category_rank is not null then matched.bin_category
            when matched.bin_number = 0 and matched.frequency_rank <= matched.category_limit then matched.bin_category
        end as bin_category,
        matched.bin_number > 20 as is_out_of_range,
        matched.row_count
    from matched

)
{%- endmacro %}
