{#
    The columns that a log reads from one of its tables, as a list of {column, purpose, kinds, wanted, is_required}:
    what the declaration calls it for, the kinds it may have (none: any) and the same in words.
#}
{% macro _needed_columns(log, table_name) %}
    {%- set table = log[table_name] -%}
    {%- set key = ['request_id', 'item_id'] if log.task == 'ranking' else ['prediction_id'] -%}
    {%- if table_name == 'predictions' -%}
        {%- set required = ml_monitor.required_prediction_columns(log) -%}
    {%- elif table_name == 'outcomes' -%}
        {%- set required = ml_monitor.required_outcome_columns(log) -%}
    {%- else -%}
        {%- set required = key + (['class_label', 'class_score'] if table_name == 'class_scores' else []) -%}
    {%- endif -%}
    {%- set needs = [] -%}
    {%- for canonical in required + table.columns.keys() | reject('in', required) | list -%}
        {%- do needs.append({'column': ml_monitor.declared_column(table, canonical, true), 'purpose': canonical}) -%}
        {%- do needs[-1].update(ml_monitor._wanted_of(canonical, 'none' if 'task' in table.columns else log.task)) -%}
        {%- do needs[-1].update({'is_guessed': canonical not in table.columns}) -%}
    {%- endfor -%}
    {%- if table_name == ('predictions' if log.features is none else 'features') -%}
        {%- for feature in log.numeric_features -%}
            {%- do needs.append({'column': feature, 'purpose': 'numeric feature', 'kinds': ['number'], 'is_guessed': false,
                                 'wanted': 'a number type; declare it categorical, or cast it in a SQL view'}) -%}
        {%- endfor -%}
        {%- for feature in log.categorical_features -%}
            {%- do needs.append({'column': feature, 'purpose': 'categorical feature', 'kinds': none, 'is_guessed': false}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for slice in log.slices if slice.table == table_name -%}
        {%- for column in slice.columns -%}
            {%- do needs.append({'column': column, 'purpose': 'protected attribute' if slice.is_protected else 'slice',
                                 'kinds': none, 'is_guessed': false}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(needs) }}
{% endmacro %}


{# The kinds that a canonical column may have. Text is read value by value: rows that cannot be read are quarantined. #}
{% macro _wanted_of(canonical, task) %}
    {%- set numbers = ['score', 'predicted_value', 'prediction_lower', 'prediction_upper', 'horizon', 'naive_value', 'rank',
                       'sample_weight', 'class_score'] -%}
    {%- if canonical in ['predicted_at', 'observed_at', 'loaded_at'] -%}
        {%- set wanted = 'a timestamp, a date, or text such as 2026-07-01 12:00:00 (a SQL view can convert an epoch)' -%}
        {{ return({'kinds': ['timestamp', 'text'], 'wanted': wanted}) }}
    {%- elif canonical in numbers or (canonical == 'actual' and task == 'regression') -%}
        {{ return({'kinds': ['number', 'text'], 'wanted': 'a number, or text that holds one'}) }}
    {%- elif canonical == 'actual' and task in ['binary_classification', 'ranking'] -%}
        {{ return({'kinds': ['number', 'boolean', 'text'], 'wanted': 'a number, a boolean, or text that holds one'}) }}
    {%- endif -%}
    {{ return({'kinds': none}) }}
{% endmacro %}


{# One problem for each column that is not there, with everything that it is needed for. #}
{% macro _missing_column_problems(needs, columns, place) %}
    {%- set purposes = {} -%}
    {%- set guessed = [] -%}
    {%- for need in needs if ml_monitor.reached_column(need.column, columns) is none -%}
        {%- do purposes.setdefault(need.column, []).append(need.purpose) -%}
        {%- do guessed.append(need.column) if need.is_guessed -%}
    {%- endfor -%}
    {%- set names = columns | map(attribute='name') | list -%}
    {%- set problems = [] -%}
    {%- for column, wanted_for in purposes.items() -%}
        {%- set unreached = [] -%}
        {%- for name in names if name | lower == column | lower -%}
            {%- do unreached.append(name) -%}
        {%- endfor -%}
        {%- if unreached -%}
            {%- set hint = '; its column ' ~ unreached[0] ~ " is only reached in quotes: '" ~ adapter.quote(unreached[0]) ~ "'" -%}
        {%- else -%}
            {%- set hint = ml_monitor._nearest(column, names) -%}
        {%- endif -%}
        {%- set how = ' (map it where it has another name: columns: {' ~ column ~ ': ...})' if column in guessed else '' -%}
        {%- set why = '' if wanted_for == [column] else ', declared for ' ~ wanted_for | unique | join(' and ') -%}
        {%- do problems.append(place ~ " has no column '" ~ column ~ "'" ~ why ~ hint ~ how) -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}


{# One problem for each column whose type cannot serve. #}
{% macro _column_kind_problems(needs, columns, place) %}
    {%- set problems = [] -%}
    {%- for need in needs if need.kinds -%}
        {%- set column = ml_monitor.reached_column(need.column, columns) -%}
        {%- if column is not none and column.kind not in need.kinds + ['unknown'] -%}
            {%- set what = ": column '" ~ need.column ~ "' is " ~ column.type -%}
            {%- do problems.append(place ~ what ~ ': ' ~ need.purpose ~ ' needs ' ~ need.wanted) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}
