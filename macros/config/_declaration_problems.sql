{#
    What is wrong with the declared logs as far as it shows without looking at a table: a list of sentences. Every name
    and literal is written into SQL as it stands, so a quote in one is refused here.
#}
{% macro _declaration_problems(declared_logs) %}
    {%- if declared_logs is string or declared_logs is mapping or declared_logs is not sequence -%}
        {{ return(["prediction_logs is not a list; each log is an entry that begins with '- name:'"]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set names = [] -%}
    {%- for declared in declared_logs -%}
        {%- set name = declared.get('name') if declared is mapping else none -%}
        {%- if declared is not mapping -%}
            {%- set found = ["it is not a mapping; a log begins with '- name:'"] -%}
        {%- elif name is none or name | string | trim == '' -%}
            {%- set found = ['it has no name'] + ml_monitor._log_problems(declared) -%}
        {%- elif name | string in names -%}
            {%- set found = ['two prediction logs have this name; each needs its own'] + ml_monitor._log_problems(declared) -%}
        {%- else -%}
            {%- set found = ml_monitor._log_problems(declared) -%}
        {%- endif -%}
        {%- do names.append(name | string) -%}
        {%- set title = "prediction log '" ~ name ~ "': " if name else 'prediction log number ' ~ loop.index ~ ': ' -%}
        {%- for problem in found -%}
            {%- do problems.append(title ~ problem) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}


{% macro _log_problems(declared) %}
    {%- set problems = [] -%}
    {%- set entries = ['name', 'task', 'model_id', 'model_version', 'label_threshold', 'exact_row_limit', 'category_limit', 'predictions',
                       'outcomes', 'features', 'class_scores', 'slices', 'protected', 'baselines'] -%}
    {%- do problems.extend(ml_monitor._entry_problems(declared, entries, '')) -%}
    {%- set task = declared.get('task') -%}
    {%- if task not in ml_monitor.known_tasks() -%}
        {%- do problems.append("unknown task '" ~ task ~ "'; known are " ~ ml_monitor.known_tasks() | join(', ')) -%}
    {%- endif -%}
    {%- for table_name in ['predictions', 'outcomes', 'features', 'class_scores'] -%}
        {%- do problems.extend(ml_monitor._table_declaration_problems(declared, table_name)) -%}
    {%- endfor -%}
    {%- if declared.get('class_scores') and task in ml_monitor.known_tasks() and task != 'multiclass_classification' -%}
        {%- do problems.append('class_scores belongs to multiclass_classification; this log is ' ~ task) -%}
    {%- endif -%}
    {%- do problems.extend(ml_monitor._feature_problems(declared)) -%}
    {%- do problems.extend(ml_monitor._slice_problems(declared)) -%}
    {%- do problems.extend(ml_monitor._literal_problems(declared)) -%}
    {%- do problems.extend(ml_monitor._baseline_problems(declared.get('baselines'), 'baselines: ')) -%}
    {{ return(problems) }}
{% endmacro %}


{# The baselines that a log is compared with. Windows with a name and dates stand in the policy seed, not here. #}
{% macro _baseline_problems(baselines, place) %}
    {%- if baselines is none -%}
        {{ return([]) }}
    {%- endif -%}
    {%- if baselines is string or baselines is mapping or baselines is not sequence -%}
        {{ return([place ~ "'" ~ baselines ~ "' is not a list; write baselines: [reference, previous]"]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- for baseline in baselines if baseline not in ml_monitor.known_baselines() -%}
        {%- do problems.append(place ~ "unknown baseline '" ~ baseline ~ "'; known are " ~ ml_monitor.known_baselines() | join(', ')
                               ~ ' (a window of your own is a row of the policy seed ml_baselines)') -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}


{# Entries that do not exist. `place` is what stands before them: '' or 'features: '. #}
{% macro _entry_problems(declared, known, place) %}
    {%- set problems = [] -%}
    {%- for entry in declared if entry not in known -%}
        {%- do problems.append(place ~ "unknown entry '" ~ entry ~ "'; known are " ~ known | join(', ')) -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}


{% macro _table_declaration_problems(declared, table_name) %}
    {%- set table = declared.get(table_name) -%}
    {%- set place = table_name ~ ': ' -%}
    {%- if table is none -%}
        {{ return([ml_monitor._no_relation_problem(place)] if table_name == 'predictions' else []) }}
    {%- endif -%}
    {%- if table is not mapping -%}
        {{ return([place ~ "'" ~ table ~ "' is not a mapping; write " ~ table_name ~ ': {relation: source.table}']) }}
    {%- endif -%}
    {%- set entries = ['relation', 'columns'] + (['numeric', 'categorical', 'importances', 'slices', 'correlations'] if table_name == 'features' else []) -%}
    {%- set problems = ml_monitor._entry_problems(table, entries, place) -%}
    {%- set relation = table.get('relation') -%}
    {%- if relation is not none -%}
        {%- if relation is not string or not modules.re.fullmatch("[^.'\\\\\\s]+(\\.[^.'\\\\\\s]+)?", relation) -%}
            {%- set kinds = ' is neither a source as source.table nor the name of a model, seed or snapshot' -%}
            {%- do problems.append(place ~ "relation '" ~ relation ~ "'" ~ kinds) -%}
        {%- endif -%}
    {%- elif table_name != 'features' -%}
        {%- do problems.append(ml_monitor._no_relation_problem(place)) -%}
    {%- elif table.get('columns') -%}
        {%- do problems.append('features: columns: has no effect without relation: (the features are then read from the predictions)') -%}
    {%- endif -%}
    {%- set columns = table.get('columns') or {} -%}
    {%- if columns is not mapping -%}
        {{ return(problems + [place ~ 'columns: is not a mapping; write columns: {canonical_name: column_of_the_table}']) }}
    {%- endif -%}
    {%- set task = none if 'task' in columns else declared.get('task') -%}
    {%- set is_known_task = task is none or task in ml_monitor.known_tasks() -%}
    {%- set known = ml_monitor.known_columns(table_name, task if is_known_task else none) -%}
    {%- for canonical, raw in columns.items() -%}
        {%- if canonical not in known -%}
            {%- do problems.append(
                place ~ "columns: unknown name '" ~ canonical ~ "'" ~ ml_monitor._nearest(canonical | string, known)
                ~ ('; known for ' ~ task if task and is_known_task else '; known') ~ ' are ' ~ known | join(', ')
            ) -%}
        {%- endif -%}
        {%- do problems.extend(ml_monitor._column_name_problems(raw, place ~ 'columns: ' ~ canonical ~ ': ')) -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}


{% macro _no_relation_problem(place) %}
    {{ return(place ~ 'relation: is missing (a source as source.table, or the name of a model)') }}
{% endmacro %}


{# A declared column must be a plain name, or quoted as its engine quotes. #}
{% macro _column_name_problems(name, place) %}
    {%- if name is not string -%}
        {{ return([place ~ "'" ~ name ~ "' is not text; put the column's name in quotes"]) }}
    {%- elif "'" in name -%}
        {{ return([place ~ name ~ ' has a single quote in it; a SQL view can rename the column']) }}
    {%- elif not modules.re.fullmatch('[^\\W\\d][\\w$]*|"[^"\\\\]+"|`[^`\\\\]+`', name) -%}
        {%- set quoted = "'" ~ '"' ~ name ~ '"' ~ "'" -%}
        {{ return([place ~ "'" ~ name ~ "' is not a plain column name; quote it (" ~ quoted ~ ') or rename it in a SQL view']) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}


{% macro _feature_problems(declared) %}
    {%- set features = declared.get('features') -%}
    {%- if features is not mapping -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set names = {} -%}
    {%- for kind in ['numeric', 'categorical'] -%}
        {%- set listed = features.get(kind) or [] -%}
        {%- if listed is string or listed is mapping or listed is not sequence -%}
            {%- do problems.append('features: ' ~ kind ~ ': is not a list; write [first, second]') -%}
            {%- set listed = [] -%}
        {%- endif -%}
        {%- set seen = [] -%}
        {%- for feature in listed -%}
            {%- do problems.extend(ml_monitor._column_name_problems(feature, 'features: ' ~ kind ~ ': ')) -%}
            {%- if feature | lower in seen -%}
                {%- do problems.append("features: '" ~ feature ~ "' stands twice under " ~ kind) -%}
            {%- endif -%}
            {%- do seen.append(feature | lower) -%}
        {%- endfor -%}
        {%- do names.update({kind: seen}) -%}
    {%- endfor -%}
    {%- for feature in names.numeric | unique if feature in names.categorical -%}
        {%- do problems.append("feature '" ~ feature ~ "' is both numeric and categorical") -%}
    {%- endfor -%}
    {%- set importances = features.get('importances') or {} -%}
    {%- if importances is not mapping -%}
        {%- do problems.append('features: importances: is not a mapping; write importances: {feature: 0.4}') -%}
        {%- set importances = {} -%}
    {%- endif -%}
    {%- for feature, importance in importances.items() -%}
        {%- if feature | string | lower not in names.numeric + names.categorical -%}
            {%- do problems.append("features: importances: '" ~ feature ~ "' is no declared feature") -%}
        {%- endif -%}
        {%- if importance is not number or importance is boolean or importance < 0 -%}
            {%- do problems.append("features: importances: " ~ feature ~ ": '" ~ importance ~ "' is not a number from 0 on") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do problems.extend(ml_monitor._correlation_problems(features.get('correlations'), names.numeric)) -%}
    {{ return(problems) }}
{% endmacro %}


{% macro _correlation_problems(correlations, numeric_features) %}
    {%- if correlations is none or correlations in ['all', 'none'] -%}
        {{ return([]) }}
    {%- endif -%}
    {%- if correlations is string or correlations is mapping or correlations is not sequence -%}
        {{ return(["features: correlations: '" ~ correlations ~ "' is not all, none or a list of pairs; write [[first, second]]"]) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- for pair in correlations -%}
        {%- if pair is string or pair is mapping or pair is not sequence or pair | unique | list | length != 2 or pair | length != 2 -%}
            {%- do problems.append("features: correlations: '" ~ pair ~ "' is not a pair of two features; write [first, second]") -%}
        {%- else -%}
            {%- for feature in pair if feature | string | lower not in numeric_features -%}
                {%- do problems.append("features: correlations: '" ~ feature ~ "' is no declared numeric feature") -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}


{% macro _slice_problems(declared) %}
    {%- set problems = [] -%}
    {%- set features = declared.get('features') -%}
    {%- set has_features_table = features is mapping and features.get('relation') is not none -%}
    {%- set keys = [] -%}
    {%- for kind in ['slices', 'protected'] -%}
        {%- set listed = declared.get(kind) or [] -%}
        {%- if listed is string or listed is mapping or listed is not sequence -%}
            {%- do problems.append(kind ~ ': is not a list; write [first, second], and [[first, second]] for a combination') -%}
            {%- set listed = [] -%}
        {%- endif -%}
        {%- for entry in listed -%}
            {%- set columns = entry if entry is sequence and entry is not string and entry is not mapping else [entry] -%}
            {%- set places = [] -%}
            {%- set bare = [] -%}
            {%- for column in columns -%}
                {%- set parts = (column | string).split('.') -%}
                {%- do places.append(parts[0] if parts | length > 1 else ('features' if has_features_table else 'predictions')) -%}
                {%- do bare.append(parts[1:] | join('.') or parts[0]) -%}
                {%- do problems.extend(ml_monitor._column_name_problems(bare[-1] if column is string else column, kind ~ ': ')) -%}
            {%- endfor -%}
            {%- set title = kind ~ ": '" ~ columns | join(', ') ~ "'" -%}
            {%- if places | reject('in', ['predictions', 'features']) | list -%}
                {%- do problems.append(title ~ ': what stands before the dot is predictions or features') -%}
            {%- elif places | unique | list | length > 1 -%}
                {%- do problems.append(title ~ ' must come from one table, predictions or features') -%}
            {%- elif 'features' in places and not has_features_table -%}
                {%- do problems.append(title ~ ' names the features table, but features: has no relation:') -%}
            {%- endif -%}
            {%- do keys.append(bare | join(' x ')) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if keys | unique | list | length > ml_monitor.slice_slot_limit() -%}
        {%- set count = keys | unique | list | length -%}
        {%- do problems.append('it declares ' ~ count ~ ' slices and protected attributes; at most ' ~ ml_monitor.slice_slot_limit() ~ ' fit') -%}
    {%- endif -%}
    {%- set feature_slices = features.get('slices') or [] if features is mapping else [] -%}
    {%- if feature_slices is string or feature_slices is mapping or feature_slices is not sequence -%}
        {%- do problems.append('features: slices: is not a list; write [first, second], each one of the slices of the log') -%}
    {%- else -%}
        {%- for entry in feature_slices if (entry if entry is string else entry | join(' x ')).split('.')[-1] not in keys -%}
            {%- do problems.append("features: slices: '" ~ entry ~ "' is not among the slices and protected attributes of the log") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(problems) }}
{% endmacro %}


{# What is not a column's name: names, versions and numbers. #}
{% macro _literal_problems(declared) %}
    {%- set problems = [] -%}
    {%- for entry in ['name', 'model_id', 'model_version'] -%}
        {%- set value = declared.get(entry) -%}
        {%- if "'" in value | string or '\\' in value | string -%}
            {%- do problems.append(entry ~ ': ' ~ value ~ ' has a single quote or a backslash in it, which would break the SQL') -%}
        {%- elif value is not none and value is not string and (value is boolean or value is not integer) -%}
            {%- do problems.append(entry ~ ': ' ~ value ~ ' is not text; put it in quotes, so that it stays as it is written') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set predictions = declared.get('predictions') -%}
    {%- set columns = predictions.get('columns') if predictions is mapping else none -%}
    {%- for entry in ['model_id', 'model_version'] if columns is mapping and entry in columns and declared.get(entry) is not none -%}
        {%- do problems.append(entry ~ ' is given twice: as a literal, and as a column of the predictions') -%}
    {%- endfor -%}
    {%- set threshold = declared.get('label_threshold') -%}
    {%- if threshold is not none and (threshold is boolean or threshold is not number or not 0 <= threshold <= 1) -%}
        {%- do problems.append("label_threshold: '" ~ threshold ~ "' is not a number from 0 to 1") -%}
    {%- endif -%}
    {%- set category_limit = declared.get('category_limit') -%}
    {%- if category_limit is not none and (category_limit is not integer or category_limit is boolean or not 1 <= category_limit <= 100000) -%}
        {%- do problems.append("category_limit: '" ~ category_limit ~ "' is not a whole number from 1 to 100000") -%}
    {%- endif -%}
    {%- set row_limit = declared.get('exact_row_limit') -%}
    {%- if row_limit is not none and (row_limit is boolean or row_limit is not integer or row_limit < 0) -%}
        {%- do problems.append("exact_row_limit: '" ~ row_limit ~ "' is not a whole number of 0 or more") -%}
    {%- endif -%}
    {{ return(problems) }}
{% endmacro %}
