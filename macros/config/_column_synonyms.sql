{# The column names that usually hold a canonical column, the surest first. #}
{% macro _column_synonyms() %}
    {{ return({
        'model_id': ['model_id', 'model_name', 'model', 'model_key'],
        'model_version': ['model_version', 'version', 'version_tag', 'model_tag', 'model_ver', 'model_release'],
        'prediction_id': ['prediction_id', 'pred_id', 'inference_id', 'scoring_id', 'event_id', 'uuid', 'guid', 'id', 'row_id', 'record_id'],
        'request_id': ['request_id', 'query_id', 'search_id', 'list_id', 'session_id', 'qid', 'user_id'],
        'item_id': ['item_id', 'product_id', 'sku', 'document_id', 'doc_id', 'article_id', 'content_id', 'candidate_id'],
        'predicted_at': ['predicted_at', 'prediction_at', 'prediction_time', 'prediction_timestamp', 'prediction_date', 'predicted_on',
                         'scored_at', 'score_time', 'scoring_time', 'score_date', 'scored_on', 'served_at', 'inference_at',
                         'inference_time', 'requested_at', 'event_at', 'event_time', 'event_timestamp', 'ts', 'timestamp', 'time',
                         'created_at', 'created', 'date', 'ds'],
        'observed_at': ['observed_at', 'observed_on', 'known_at', 'outcome_at', 'outcome_date', 'outcome_time', 'labelled_at',
                        'labeled_at', 'label_at', 'label_time', 'label_timestamp', 'actual_at', 'resolved_at', 'settled_at',
                        'closed_at', 'clicked_at', 'returned_at', 'event_at', 'event_time', 'event_timestamp', 'ts', 'timestamp',
                        'time', 'updated_at', 'created_at', 'created', 'date', 'ds'],
        'loaded_at': ['loaded_at', '_loaded_at', 'ingested_at', '_ingested_at', 'inserted_at', '_inserted_at', 'etl_loaded_at',
                      'dw_loaded_at', 'load_time', 'load_ts', 'load_timestamp', 'loaded_on', '_fivetran_synced',
                      '_airbyte_extracted_at', '_sdc_batched_at'],
        'score': ['score', 'model_score', 'prediction_score', 'predicted_probability', 'predicted_proba', 'probability', 'proba', 'prob',
                  'y_prob', 'y_proba', 'y_score', 'pd', 'propensity', 'likelihood', 'risk_score', 'confidence', 'p'],
        'predicted_label': ['predicted_label', 'prediction_label', 'predicted_class', 'pred_label', 'pred_class', 'label_pred',
                            'class_pred', 'y_pred', 'prediction', 'predicted', 'pred', 'decision', 'class'],
        'predicted_value': ['predicted_value', 'forecast', 'forecast_value', 'predicted_amount', 'y_hat', 'yhat', 'y_pred', 'prediction',
                            'predicted', 'pred', 'estimate', 'estimated_value', 'expected_value'],
        'prediction_lower': ['prediction_lower', 'forecast_lower', 'yhat_lower', 'lower_bound', 'lower', 'ci_lower', 'pi_lower'],
        'prediction_upper': ['prediction_upper', 'forecast_upper', 'yhat_upper', 'upper_bound', 'upper', 'ci_upper', 'pi_upper'],
        'horizon': ['horizon', 'horizon_days', 'forecast_horizon', 'steps_ahead'],
        'naive_value': ['naive_value', 'naive_forecast', 'seasonal_naive', 'snaive', 'naive'],
        'rank': ['rank', 'item_rank', 'position', 'pos', 'rank_position', 'slot'],
        'actual': ['actual', 'actual_value', 'actual_label', 'y', 'y_true', 'label', 'true_label', 'target', 'outcome', 'ground_truth',
                   'truth', 'observed', 'observed_value', 'result', 'relevance', 'is_default', 'defaulted', 'is_churned', 'churned',
                   'is_clicked', 'clicked', 'is_returned', 'returned', 'is_converted', 'converted'],
        'class_label': ['class_label', 'class_name', 'class', 'label', 'category'],
        'class_score': ['class_score', 'score', 'probability', 'proba', 'prob', 'class_probability'],
        'sample_weight': ['sample_weight', 'weight'],
        'experiment_arm': ['experiment_arm', 'arm', 'variant', 'experiment_variant', 'experiment_group', 'ab_group', 'treatment'],
        'pairing_id': ['pairing_id'],
    }) }}
{% endmacro %}


{# Names of protected attributes, as a regular expression over a plain name. #}
{% macro _protected_name_pattern() %}
    {{ return(
        '(.*_)?(gender|sex|ethnicity|ethnic_group|race|nationality|citizenship|religion|marital_status|disability|disabled'
        ~ '|sexual_orientation|country_of_birth|birth_country|native_language)(_.*)?'
        ~ '|((customer|client|applicant|borrower|person|patient|user|member|guest)_)?age(_(band|group|bucket|range|class|years))?'
    ) }}
{% endmacro %}
