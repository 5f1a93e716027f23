/*
    Grain: metric and task. What each metric is: formula, direction, range, unit, interval, null rule, source; and its default
    thresholds. What the thresholds are held against is the comparison:
      value                  the metric itself
      absolute_value         its size, whatever its sign
      reference_drop         reference value minus value
      reference_rise         value minus reference value
      reference_change       distance from the reference value
      relative_rise          value / reference value - 1
      relative_to_reference  value / reference value
      expected_shortfall     value expected at this age minus value
      deviation              distance from the mean of earlier windows, in their standard deviations (at least the
                             square root, and a tenth, of the mean)
*/
select
    metric_name,
    area,
    task,
    formula,
    direction,
    cast(range_lower as {{ ml_monitor.type_double() }}) as range_lower,
    cast(range_upper as {{ ml_monitor.type_double() }}) as range_upper,
    unit,
    interval_method,
    null_rule,
    comparison,
    cast(warn_threshold as {{ ml_monitor.type_double() }}) as warn_threshold,
    cast(fail_threshold as {{ ml_monitor.type_double() }}) as fail_threshold,
    cast(significance_level as {{ ml_monitor.type_double() }}) as significance_level,
    min_sample_count,
    source
from {{ ref('ml_metrics') }}
