/*
    Grain: log, model, version and window, as int_ml_windows. The windows that the last finished build knew: the next one
    sees by them which came and which went. Built after every model that is replaced by window.
    depends on: {% for model in ml_monitor.models_replaced_by_window() %}{{ ref(model) }} {% endfor %}
*/
select
    log_name,
    model_id,
    model_version,
    granularity,
    window_start,
    window_end
from {{ ref('int_ml_windows') }}
