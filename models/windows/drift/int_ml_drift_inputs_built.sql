/*
    Grain: log, model, window and input, as int_ml_drift_inputs. Those of the last build whose drift verdicts are finished.
    depends on: {{ ref('fct_ml_drift') }}
*/
select * from {{ ref('int_ml_drift_inputs') }}
