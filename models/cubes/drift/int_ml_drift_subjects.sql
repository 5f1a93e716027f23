{%- set null_double = 'cast(null as ' ~ ml_monitor.type_double() ~ ')' %}
/*
    Grain: log, subject and feature. What can drift in a log: its declared features, pairs of them, what the model says,
    and what came true. importance: the feature's declared weight in weighted_drift, null where none is declared.
*/
{%- for log in ml_monitor.prediction_logs() %}
{%- set subjects = [] %}
{%- for feature in log.numeric_features %}
{%- do subjects.append(['feature', feature, 'numeric']) %}
{%- endfor %}
{%- for feature in log.categorical_features %}
{%- do subjects.append(['feature', feature, 'categorical']) %}
{%- endfor %}
{%- for pair in log.correlations %}
{%- do subjects.append(['feature_pair', pair | join(' x '), 'pair']) %}
{%- endfor %}
{%- if log.task == 'binary_classification' or (log.task == 'ranking' and 'score' in log.predictions.columns) %}
{%- do subjects.append(['score', 'score', 'numeric']) %}
{%- endif %}
{%- if log.task in ['binary_classification', 'multiclass_classification'] %}
{%- do subjects.append(['prediction', 'predicted_label', 'categorical']) %}
{%- endif %}
{%- if log.task == 'regression' %}
{%- do subjects.append(['prediction', 'predicted_value', 'numeric']) %}
{%- endif %}
{%- if log.outcomes is not none and log.task in ['binary_classification', 'multiclass_classification'] %}
{%- do subjects.append(['label', 'actual', 'categorical']) %}
{%- elif log.outcomes is not none and log.task == 'regression' %}
{%- do subjects.append(['label', 'actual', 'numeric']) %}
{%- endif %}
{%- for subject, feature, kind in subjects %}
select
    '{{ log.name }}' as log_name,
    '{{ subject }}' as subject,
    '{{ feature }}' as feature_name,
    '{{ kind }}' as feature_kind,
    {{ ml_monitor.double_literal(log.importances[feature]) if subject == 'feature' and feature in log.importances else null_double }} as importance
union all
{%- endfor %}
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as log_name,
    cast(null as {{ dbt.type_string() }}) as subject,
    cast(null as {{ dbt.type_string() }}) as feature_name,
    cast(null as {{ dbt.type_string() }}) as feature_kind,
    {{ null_double }} as importance
where 1 = 0
