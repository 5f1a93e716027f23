/*
    Grain: log, model, version, class, piece and score cell that it touches. The calibrated probability as a function of the
    score: constant in a block of int_ml_isotonic_blocks, a straight line between the last score of a block and the first
    of the next, constant beyond the ends (as scikit-learn predicts with out_of_bounds="clip"). A piece holds the scores
    in (lower_score, upper_score]; each score is in one piece, which is found by the score's cell.
*/
with blocks as (

    select
        blocks.*,
        lag(blocks.last_score) over ascending as previous_score,
        lag(blocks.calibrated_score) over ascending as previous_calibrated_score,
        lead(blocks.block_number) over ascending is null as is_last
    from {{ ref('int_ml_isotonic_blocks') }} as blocks
    window
        ascending as (
            partition by blocks.log_name, blocks.model_id, blocks.model_version, blocks.class_label
            order by blocks.block_number asc
        )

),

pieces as (

    /* up to the block */
    select
        log_name,
        model_id,
        model_version,
        class_label,
        coalesce(previous_score, -1) as lower_score,
        first_score as upper_score,
        coalesce(previous_calibrated_score, calibrated_score) as lower_calibrated_score,
        coalesce((calibrated_score - previous_calibrated_score) / nullif(first_score - previous_score, 0), 0) as slope
    from blocks
    union all
    /* the block, the last one to the end */
    select
        log_name,
        model_id,
        model_version,
        class_label,
        first_score as lower_score,
        case when is_last then 2 else last_score end as upper_score,
        calibrated_score as lower_calibrated_score,
        0 as slope
    from blocks

),

cells as (

    {{ dbt.generate_series(1000) }}

)

select
    pieces.log_name,
    pieces.model_id,
    pieces.model_version,
    pieces.class_label,
    cast(cells.generated_number as int) as score_cell,
    pieces.lower_score,
    pieces.upper_score,
    pieces.lower_calibrated_score,
    pieces.slope
from pieces
inner join cells
    on
        cells.generated_number >= {{ ml_monitor.score_cell('greatest(pieces.lower_score, 0)') }}
        and cells.generated_number <= {{ ml_monitor.score_cell('least(pieces.upper_score, 1)') }}
where pieces.upper_score > pieces.lower_score
