{{ config(**ml_monitor.replaced_by_window()) }}
/*
    Grain: log, model, version, window and slice in which both classes occur. What needs the order of the scores:
    AUC, average precision, KS separation. Windows up to the log's exact_row_limit are read row by row and have bound 0.
    Larger ones, and trailing windows, which would read every row again 35 times, come from 1,000 score cells, treated
    as ties, with a bound that always holds:
      roc_auc            half of the pairs that share a cell
      ks_separation      the largest share of a class in one cell
      average_precision  each cell's share of the positives times the reach of the precision inside the cell
    Standard error of the AUC: DeLong (Biometrics 1988) in exact windows, from the spread of the placements of each class
    among the other, ties one half, by cumulated counts (Sun and Xu 2014); Hanley-McNeil where the window comes from cells.
    Null below two rows of a class, and where no placement differs: a perfect or a constant score says nothing of its error.
*/
with windows as (

    select
        windows.log_name,
        windows.model_id,
        windows.model_version,
        windows.granularity,
        windows.window_start,
        windows.slice_key,
        windows.slice_value,
        windows.true_positive_count + windows.false_negative_count as positive_total,
        windows.true_negative_count + windows.false_positive_count as negative_total,
        cast(windows.true_positive_count + windows.false_negative_count as {{ ml_monitor.type_double() }})
        * (windows.true_negative_count + windows.false_positive_count) as pair_total,
        windows.granularity in ('day', 'week', 'month', 'reference', 'lifetime')
        and windows.labelled_count <= coalesce(logs.exact_row_limit, windows.labelled_count) as is_exact,
        {{ ml_monitor.window_row_number(['slice_key', 'slice_value']) }} as series_number
    from {{ ref('int_ml_binary_windows') }} as windows
    inner join {{ ref('int_ml_logs') }} as logs
        on windows.log_name = logs.log_name
    {{ ml_monitor.in_dirty_windows('windows') }}
    where
        windows.true_positive_count + windows.false_negative_count > 0
        and windows.true_negative_count + windows.false_positive_count > 0

),

{{ ml_monitor.with_score_groups() }},

{{ ml_monitor.ranked_statistics() }}
