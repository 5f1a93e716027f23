{{ config(**ml_monitor.replaced_by_comparison()) }}
/*
    Grain: log, model, version, window, baseline and pair of numeric features. Pearson's correlation of the rows in which
    both are finite, and its difference from the baseline's: interval of Zou (Psychological Methods 2007) from the two
    intervals of Fisher's z, p-value of the difference of two z. Null where a side has no spread, interval and p-value
    where it has less than four rows or lies on a line.
*/
with {{ ml_monitor.with_due_comparisons() }},

window_pairs as (

    select * from {{ ref('int_ml_window_pairs') }}

),

{{ ml_monitor.merged_comoments(
    'window_pairs', 'members', ['log_name', 'model_id', 'model_version', 'granularity', 'window_start'],
    ['log_name', 'model_id', 'model_version', 'baseline_id'],
) }},

paired_sides as (

    select
        comparisons.log_name,
        comparisons.model_id,
        comparisons.model_version,
        comparisons.granularity,
        comparisons.window_start,
        comparisons.window_end,
        comparisons.baseline_name,
        window_pairs.feature_name,
        window_pairs.pair_count as sample_count,
        baseline.pair_count as reference_count,
        {{ ml_monitor.correlation('window_pairs') }} as window_correlation,
        {{ ml_monitor.correlation('baseline') }} as reference_correlation
    from comparisons
    inner join window_pairs
        on
            comparisons.log_name = window_pairs.log_name
            and comparisons.model_id = window_pairs.model_id
            and comparisons.model_version = window_pairs.model_version
            and comparisons.granularity = window_pairs.granularity
            and comparisons.window_start = window_pairs.window_start
    inner join merged_comoments as baseline
        on
            comparisons.log_name = baseline.log_name
            and comparisons.model_id = baseline.model_id
            and comparisons.model_version = baseline.model_version
            and comparisons.baseline_id = baseline.baseline_id
            and window_pairs.feature_name = baseline.feature_name

),

transformed as {{ ml_monitor.materialized() }}(

    select
        paired_sides.*,
        {{ ml_monitor.fisher_z('paired_sides.window_correlation') }} as window_fisher_z,
        {{ ml_monitor.fisher_z('paired_sides.reference_correlation') }} as reference_fisher_z,
        1 / sqrt(cast(nullif(greatest(paired_sides.sample_count - 3, 0), 0) as {{ ml_monitor.type_double() }})) as window_z_error,
        1 / sqrt(cast(nullif(greatest(paired_sides.reference_count - 3, 0), 0) as {{ ml_monitor.type_double() }})) as reference_z_error
    from paired_sides

),

intervals as {{ ml_monitor.materialized() }}(

    select
        transformed.*,
        {%- for side in ['window_', 'reference_'] %}
        {%- for end, sign in [('lower', '-'), ('upper', '+')] %}
        {{ ml_monitor.inverse_fisher_z('transformed.' ~ side ~ 'fisher_z ' ~ sign ~ ' ' ~ ml_monitor.z_95() ~ ' * transformed.' ~ side ~ 'z_error') }} as {{ side }}correlation_{{ end }},
        {%- endfor %}
        {%- endfor %}
        abs(transformed.window_fisher_z - transformed.reference_fisher_z)
        / sqrt(power(transformed.window_z_error, 2) + power(transformed.reference_z_error, 2)) as change_z
    from transformed

)

select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end,
    baseline_name,
    feature_name,
    sample_count,
    reference_count,
    window_correlation,
    reference_correlation,
    window_correlation - reference_correlation as correlation_change,
    window_correlation - reference_correlation - sqrt(
        power(window_correlation - window_correlation_lower, 2) + power(reference_correlation_upper - reference_correlation, 2)
    ) as correlation_change_lower,
    window_correlation - reference_correlation + sqrt(
        power(window_correlation_upper - window_correlation, 2) + power(reference_correlation - reference_correlation_lower, 2)
    ) as correlation_change_upper,
    {{ ml_monitor.normal_two_sided_p('change_z') }} as correlation_change_p_value
from intervals
