{#
    Models that only some declarations need. Where no log has the task (or names a column of sample weights) they are not
    built: a fifth to a quarter of all models, and each takes its time however empty it is. The marts are always there; those
    that read such a model leave it out by is_needed.
#}
{% macro models_for() %}
    {{ return({
        'multiclass_classification': [
            'input_ml_class_scores', 'stg_ml_class_scores', 'int_ml_class_scores_judged', 'int_ml_class_scores_celled',
            'int_ml_class_scores_counted', 'int_ml_class_losses_summed', 'int_ml_class_loss_windows', 'int_ml_confusion_counted',
            'int_ml_confusion_windows', 'int_ml_class_windows', 'int_ml_class_ranked_windows', 'int_ml_class_metrics',
            'int_ml_multiclass_windows', 'int_ml_multiclass_metrics', 'int_ml_class_probabilities',
            'int_ml_estimated_class_ranks', 'int_ml_estimated_classes', 'int_ml_estimated_confusion',
        ],
        'regression': [
            'int_ml_regression_errors_summed', 'int_ml_regression_windows', 'int_ml_regression_ordered',
            'int_ml_regression_metrics', 'int_ml_known_regression_summed', 'int_ml_known_regression_windows',
            'int_ml_known_regression_metrics', 'int_ml_estimated_losses',
        ],
        'ranking': [
            'int_ml_items_not_shown', 'int_ml_items_counted', 'int_ml_item_gains_summed', 'int_ml_item_windows',
            'int_ml_requests_measured', 'int_ml_requests_summed', 'int_ml_request_windows', 'int_ml_reference_items',
            'int_ml_popularity_dummies', 'int_ml_ranking_metrics',
        ],
        'sample_weight': [
            'int_ml_weighted_outcomes', 'int_ml_weighted_binary_summed', 'int_ml_weighted_scores_summed',
            'int_ml_weighted_classes_summed', 'int_ml_weighted_regression_summed', 'int_ml_weighted_binary_windows',
            'int_ml_weighted_class_windows', 'int_ml_weighted_ranked_windows', 'int_ml_weighted_regression_windows',
            'int_ml_weighted_metrics',
        ],
    }) }}
{% endmacro %}


{# Whether a model is needed by what is declared: true for every model that models_for does not name. #}
{% macro is_needed(model_name) %}
    {%- for need, models in ml_monitor.models_for().items() if model_name in models -%}
        {{ return(ml_monitor.is_declared(need)) }}
    {%- endfor -%}
    {{ return(true) }}
{% endmacro %}


{% macro needed(model_names) %}
    {%- set names = [] -%}
    {%- for name in model_names if ml_monitor.is_needed(name) -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#
    Whether a log may have rows of a task (a column may hold each row's), a table of class scores, or sample weights. Asked
    for many models while dbt parses, so it reads the declaration as it stands; prediction_logs says what is wrong with it.
#}
{% macro is_declared(need) %}
    {%- for log in ml_monitor.setting('prediction_logs') or [] if log is mapping -%}
        {%- set predictions = log.get('predictions') -%}
        {%- set columns = (predictions.get('columns') if predictions is mapping else none) or {} -%}
        {%- if need == log.get('task') or 'task' in columns -%}
            {{ return(true) }}
        {%- elif need == 'multiclass_classification' and log.get('class_scores') -%}
            {{ return(true) }}
        {%- elif need == 'sample_weight' and need in columns and log.get('task') != 'ranking' -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{% endmacro %}


{#
    Drops what is no longer needed, before int_ml_logs is built: once declared again, a table that stood still would be taken
    for one that is up to date. Not on-run-start, which dbt may roll back.
#}
{% macro drop_unneeded() %}
    {%- if not execute or not flags.INTROSPECT -%}
        {{ return('') }}
    {%- endif -%}
    {%- set relations = [] -%}
    {%- for models in ml_monitor.models_for().values() -%}
        {%- for name in models if not ml_monitor.is_needed(name) -%}
            {%- set place = api.Relation.create(database=this.database, schema=this.schema, identifier=name) -%}
            {%- set relation = load_cached_relation(place) -%}
            {%- do relations.append(relation) if relation is not none -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(adapter.dispatch('drop_statements', 'ml_monitor')(relations)) }}
{% endmacro %}

{% macro default__drop_statements(relations) %}
    {%- for relation in relations %}
drop {{ relation.type }} if exists {{ relation }} cascade;
    {%- endfor %}
{% endmacro %}

{# One statement at a time, and nothing that would be rolled back. #}
{% macro spark__drop_statements(relations) %}
    {%- for relation in relations -%}
        {%- do run_query('drop ' ~ relation.type ~ ' if exists ' ~ relation) -%}
    {%- endfor -%}
    {{ return('') }}
{% endmacro %}
