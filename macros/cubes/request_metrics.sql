{# What int_ml_requests_measured says of each request; the cubes and windows of ranking models have them all. #}
{% macro request_metrics() %}
    {{ return([
        'ndcg_at_5', 'ndcg_at_10', 'ndcg_at_10_shown', 'map_at_10', 'mrr', 'precision_at_5', 'precision_at_10', 'recall_at_10',
        'hit_rate_at_10',
    ]) }}
{% endmacro %}
