{# Fills guess.numeric, categorical, slices, protected and remarks from the columns that mean nothing else. #}
{% macro _guess_features(tables, guess) %}
    {%- set left_out = {} -%}
    {%- set read_elsewhere = [] -%}
    {%- if guess.feature_home == 'features' -%}
        {%- do read_elsewhere.extend(tables.predictions.taken | map('lower')) -%}
    {%- endif -%}
    {%- for column in tables[guess.feature_home].columns
        if column.name not in tables[guess.feature_home].taken and column.name | lower not in read_elsewhere -%}
        {%- set name = ml_monitor._name_to_declare(column.name) -%}
        {%- set role = ml_monitor._column_role(tables[guess.feature_home], column) -%}
        {%- if role in ['numeric', 'categorical', 'protected'] -%}
            {%- do guess[role].append(name) -%}
            {%- if role == 'categorical' and ml_monitor._has_few_values(tables[guess.feature_home], column) -%}
                {%- do guess.slices.append(name) -%}
            {%- endif -%}
        {%- else -%}
            {%- do left_out.setdefault(role, []).append(name) -%}
        {%- endif -%}
        {%- if role == 'numeric' and modules.re.fullmatch(ml_monitor._protected_name_pattern(), column.plain_name) -%}
            {%- do guess.remarks.append(
                'check: ' ~ name ~ ' has too many values for a slice; to declare it protected, a SQL view can put it into bands'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if guess.feature_home == 'features' -%}
        {%- for column in tables.predictions.columns
            if column.name not in tables.predictions.taken
            and ml_monitor._name_to_declare(column.name) not in guess.slices + guess.protected -%}
            {%- set role = ml_monitor._column_role(tables.predictions, column) -%}
            {%- set name = 'predictions.' ~ ml_monitor._name_to_declare(column.name) -%}
            {%- if role == 'protected' -%}
                {%- do guess.protected.append(name) -%}
            {%- elif role == 'categorical' and ml_monitor._has_few_values(tables.predictions, column) -%}
                {%- do guess.slices.append(name) -%}
            {%- else -%}
                {%- do left_out.setdefault('unknown columns of the predictions', []).append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set fitting = guess.protected[:ml_monitor.slice_slot_limit()] -%}
    {%- if fitting != guess.protected -%}
        {%- do left_out.update({'protected attributes beyond the ' ~ fitting | length ~ ' that fit': guess.protected[fitting | length:]}) -%}
    {%- endif -%}
    {%- do guess.update({'protected': fitting, 'slices': guess.slices[:ml_monitor.slice_slot_limit() - fitting | length]}) -%}
    {%- for reason, names in left_out.items() -%}
        {%- do guess.remarks.append('left out as ' ~ reason ~ ': ' ~ names | join(', ')) -%}
    {%- endfor -%}
{% endmacro %}


{# What a column that is nothing canonical can serve as: numeric, categorical, protected, else why it cannot. #}
{% macro _column_role(table, column) %}
    {%- set name = column.plain_name -%}
    {%- set is_protected = modules.re.fullmatch(ml_monitor._protected_name_pattern(), name) -%}
    {%- if "'" in column.name -%}
        {{ return('names with a single quote') }}
    {%- elif is_protected and (column.kind == 'boolean' or ml_monitor._has_few_values(table, column)) -%}
        {{ return('protected') }}
    {%- elif column.kind == 'timestamp' -%}
        {{ return('times') }}
    {%- elif name in ml_monitor._column_synonyms()['actual'] -%}
        {{ return('what may be the outcome') }}
    {%- elif modules.re.fullmatch('(.*_)?(id|ref|key|uuid|guid|hash)', name) or column.type == 'uuid' -%}
        {{ return('keys') }}
    {%- elif column.kind in ['other', 'unknown'] -%}
        {{ return('types that are neither numbers nor text') }}
    {%- elif column.kind == 'number' -%}
        {%- if ml_monitor._is_key_name(name) and ml_monitor._has_many_values(table, column) -%}
            {{ return('keys') }}
        {%- endif -%}
        {{ return('categorical' if name[:3] == 'is_' or name[:4] == 'has_' else 'numeric') }}
    {%- endif -%}
    {{ return('text with many values' if ml_monitor._has_many_values(table, column) else 'categorical') }}
{% endmacro %}


{# Whether a column has from 2 to 50 values, as far as they were looked at. #}
{% macro _has_few_values(table, column) %}
    {%- set values = table.values_seen.get(column.name) -%}
    {{ return(values is not none and 2 <= values.distinct_count <= 50) }}
{% endmacro %}


{# Whether a column has nearly as many values as rows, or too many for bins of their own. #}
{% macro _has_many_values(table, column) %}
    {%- set distinct_count = table.values_seen[column.name].distinct_count -%}
    {{ return(distinct_count > 1000 or (table.row_count >= 100 and 2 * distinct_count > table.row_count)) }}
{% endmacro %}
