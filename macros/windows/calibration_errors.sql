{#
    The select that gives the expected and the maximal calibration error of windows (Naeini et al. 2015). In: the CTE
    `window_bins`, a row a bin with labelled_count, observed_rate and mean_score. more_keys: keys of a window beside the
    usual ones, as known_at.
#}
{% macro calibration_errors(more_keys=[]) -%}
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    {%- for key in more_keys %}
    {{ key }},
    {%- endfor %}
    slice_key,
    slice_value,
    {{ ml_monitor.safe_divide('sum(labelled_count * abs(observed_rate - mean_score))', 'sum(labelled_count)') }} as ece,
    max(abs(observed_rate - mean_score)) as mce
from window_bins
group by
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    {%- for key in more_keys %}
    {{ key }},
    {%- endfor %}
    slice_key,
    slice_value
{%- endmacro %}
