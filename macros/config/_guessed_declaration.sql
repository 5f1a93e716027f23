{#
    What `declare` guesses from the tables' columns and from the values of their first rows:
      {task, task_note, columns, notes, required, feature_home, numeric, categorical, slices, protected, remarks}
    where columns, notes and required have an entry for each table: canonical name -> column, canonical name -> what to
    check, and the canonical names that the table cannot do without.
#}
{% macro _guessed_declaration(tables, task) %}
    {%- for table in tables.values() -%}
        {%- do table.update(ml_monitor._value_statistics(table)) -%}
    {%- endfor -%}
    {%- set task_guess = {'task': task, 'note': none} if task is not none else ml_monitor._guessed_task(tables) -%}
    {%- set guess = {'task': task_guess.task, 'task_note': task_guess.note, 'columns': {}, 'notes': {}, 'required': {},
                     'numeric': [], 'categorical': [], 'slices': [], 'protected': [], 'remarks': [],
                     'feature_home': 'features' if 'features' in tables else 'predictions'} -%}
    {%- for table_name in tables -%}
        {%- do guess.columns.update({table_name: {}}) -%}
        {%- do guess.notes.update({table_name: {}}) -%}
        {%- do guess.required.update({table_name: ml_monitor._columns_without_which(table_name, guess.task)}) -%}
        {%- do ml_monitor._guess_columns(tables, table_name, guess) -%}
    {%- endfor -%}
    {%- do ml_monitor._guess_features(tables, guess) -%}
    {{ return(guess) }}
{% endmacro %}


{% macro _columns_without_which(table_name, task) %}
    {%- set log = {'task': task, 'model_id': none, 'model_version': none} -%}
    {%- if table_name == 'predictions' -%}
        {{ return(ml_monitor.required_prediction_columns(log)) }}
    {%- elif table_name == 'outcomes' -%}
        {{ return(ml_monitor.required_outcome_columns(log)) }}
    {%- endif -%}
    {{ return(ml_monitor.known_columns(table_name, task) | reject('in', ['pairing_id', 'loaded_at']) | list) }}
{% endmacro %}


{#
    {row_count, values_seen: {column: {distinct_count, lowest, highest}}} over the first 100,000 rows: of each text and
    boolean column, and of each number whose name may mean something.
#}
{% macro _value_statistics(table) %}
    {%- set meaningful = [] -%}
    {%- for canonical in ['score', 'predicted_label', 'predicted_value', 'actual', 'prediction_id', 'request_id', 'item_id', 'class_score'] -%}
        {%- do meaningful.extend(ml_monitor._column_synonyms()[canonical]) -%}
    {%- endfor -%}
    {%- set looked_at = [] -%}
    {%- for column in table.columns -%}
        {%- if column.kind in ['text', 'boolean'] or column.plain_name in meaningful or ml_monitor._is_key_name(column.plain_name)
            or modules.re.fullmatch(ml_monitor._protected_name_pattern(), column.plain_name) -%}
            {%- do looked_at.append(column) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set statistics = {'row_count': 0, 'values_seen': {}} -%}
    {%- for some in looked_at | batch(200) -%}
        {%- set query -%}
            select
                count(*) as row_count
                {%- for column in some %},
                {%- set value = 'sampled_rows.' ~ adapter.quote(column.name) %}
                {%- set typed = value if column.kind == 'number' else 'lower(cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ '))' %}
                count(distinct {{ typed }}) as distinct_{{ loop.index }},
                min({{ typed }}) as lowest_{{ loop.index }},
                max({{ typed }}) as highest_{{ loop.index }}
                {%- endfor %}
            from (select * from {{ table.relation }} limit 100000) as sampled_rows
        {%- endset -%}
        {%- set row = run_query(query).rows[0] -%}
        {%- do statistics.update({'row_count': row[0]}) -%}
        {%- for column in some -%}
            {%- set first = 1 + 3 * loop.index0 -%}
            {%- do statistics.values_seen.update({
                column.name: {'distinct_count': row[first], 'lowest': row[first + 1], 'highest': row[first + 2]},
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(statistics) }}
{% endmacro %}


{# Whether a plain name ends as keys do. #}
{% macro _is_key_name(name) %}
    {{ return(modules.re.fullmatch('(.*_)?(id|ref|key|uuid|guid|no|nr|number|code|hash)', name) is not none) }}
{% endmacro %}


{# The task that the columns speak of, and why. #}
{% macro _guessed_task(tables) %}
    {%- set table = tables.predictions -%}
    {%- set rank = ml_monitor._synonym_column(table, 'rank', ['number']) -%}
    {%- set item = ml_monitor._synonym_column(table, 'item_id') -%}
    {%- if rank is not none and item is not none -%}
        {{ return({'task': 'ranking', 'note': 'it has ' ~ rank.name ~ ' and ' ~ item.name}) }}
    {%- endif -%}
    {%- set label = ml_monitor._synonym_column(table, 'predicted_label', ['text']) -%}
    {%- set label_count = table.values_seen[label.name].distinct_count if label is not none else 0 -%}
    {%- if 'class_scores' in tables or label_count > 2 -%}
        {%- set reason = label.name ~ ' has ' ~ label_count ~ ' values' if label_count > 2 else 'there is a table of class scores' -%}
        {{ return({'task': 'multiclass_classification', 'note': reason}) }}
    {%- endif -%}
    {%- for canonical in ['score', 'predicted_value'] -%}
        {%- set said = ml_monitor._synonym_column(table, canonical, ['number']) -%}
        {%- if said is not none -%}
            {%- set values = table.values_seen[said.name] -%}
            {%- set is_share = values.lowest is not none and values.lowest >= 0 and values.highest <= 1 -%}
            {%- set span = said.name ~ ' has no values' -%}
            {%- if values.lowest is not none -%}
                {%- set span = said.name ~ ' runs from %.4g to %.4g' | format(values.lowest, values.highest) -%}
            {%- endif -%}
            {%- if is_share -%}
                {{ return({'task': 'binary_classification', 'note': span}) }}
            {%- elif canonical == 'predicted_value' -%}
                {{ return({'task': 'regression', 'note': span}) }}
            {%- elif ml_monitor._synonym_column(table, 'predicted_value', ['number']) is none -%}
                {{ return({'task': 'binary_classification', 'note': span ~ ', but a probability from 0 to 1 is needed'}) }}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'task': 'binary_classification', 'note': 'no column tells what the model predicts'}) }}
{% endmacro %}


{# The first column under one of a canonical name's synonyms, of one of the kinds (none: any), not taken yet; or none. #}
{% macro _synonym_column(table, canonical, kinds=none, taken=[]) %}
    {%- for synonym in ml_monitor._column_synonyms()[canonical] -%}
        {%- for column in table.columns if column.plain_name == synonym and column.name not in taken and (kinds is none or column.kind in kinds) -%}
            {{ return(column) }}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}


{# Fills guess.columns and guess.notes of one table. #}
{% macro _guess_columns(tables, table_name, guess) %}
    {%- set table = tables[table_name] -%}
    {%- set taken = [] -%}
    {%- do table.update({'taken': taken}) -%}
    {%- for canonical in ml_monitor.known_columns(table_name, guess.task) if canonical != 'task' -%}
        {%- set found = ml_monitor._guessed_column(tables, table_name, canonical, guess) -%}
        {%- if found is not none -%}
            {%- do taken.append(found.column.name) -%}
            {%- do guess.columns[table_name].update({canonical: ml_monitor._name_to_declare(found.column.name)}) -%}
            {%- do guess.notes[table_name].update({canonical: none if found.column.plain_name == canonical else found.note}) -%}
        {%- elif canonical in guess.required[table_name] and canonical not in ['model_id', 'model_version'] -%}
            {%- do guess.columns[table_name].update({canonical: 'FIXME'}) -%}
            {%- set note = 'no column looks like it; there are ' ~ ml_monitor._listed_columns(table.columns) -%}
            {%- do guess.notes[table_name].update({canonical: note}) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{# The column for a canonical name as {column, note}, or none. #}
{% macro _guessed_column(tables, table_name, canonical, guess) %}
    {%- set table = tables[table_name] -%}
    {%- if canonical == 'prediction_id' -%}
        {{ return(ml_monitor._guessed_key(tables, table)) }}
    {%- endif -%}
    {%- set kinds = ml_monitor._wanted_of(canonical, guess.task).kinds -%}
    {%- set column = ml_monitor._synonym_column(table, canonical, kinds, table.taken) -%}
    {%- if canonical == 'score' and column is none and guess.task == 'binary_classification' -%}
        {%- set column = ml_monitor._synonym_column(table, 'predicted_value', ['number'], table.taken) -%}
    {%- endif -%}
    {%- set is_faulty_label = column is not none and guess.task == 'binary_classification' and not ml_monitor._holds_yes_or_no(table, column) -%}
    {%- if canonical == 'predicted_label' and is_faulty_label -%}
        {%- do guess.remarks.append(
            'check: ' ~ column.name ~ ' is left out; its values are not 0/1 or true/false. label_threshold makes the label from the score.'
        ) -%}
        {%- do table.taken.append(column.name) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set note = '' -%}
    {%- set left = table.columns | rejectattr('name', 'in', table.taken) | list -%}
    {%- if canonical in ['predicted_at', 'observed_at'] -%}
        {%- set left = left | selectattr('kind', 'equalto', 'timestamp') | list -%}
    {%- elif canonical == 'actual' -%}
        {%- set left = left | rejectattr('kind', 'in', ['timestamp', 'other']) | list -%}
    {%- else -%}
        {%- set left = [] -%}
    {%- endif -%}
    {%- if column is none and left | length == 1 -%}
        {%- set column = left[0] -%}
        {%- set note = 'the only column left that can be it' -%}
    {%- endif -%}
    {%- if canonical == 'actual' and column is not none and guess.task == 'binary_classification'
        and not ml_monitor._holds_yes_or_no(table, column) -%}
        {%- do guess.remarks.append('check: ' ~ column.name ~ ' of the outcomes must be 0/1 or true/false; other rows are rejected.') -%}
    {%- endif -%}
    {{ return({'column': column, 'note': note} if column is not none else none) }}
{% endmacro %}


{#
    The key of a table: a synonym or a name that ends as keys do, first of all one that every given table has, and of
    these the one with the most values.
#}
{% macro _guessed_key(tables, table) %}
    {%- set shared = ml_monitor._shared_names(tables) -%}
    {%- set candidates = [] -%}
    {%- for synonym in ml_monitor._column_synonyms()['prediction_id'] -%}
        {%- do candidates.extend(table.columns | selectattr('plain_name', 'equalto', synonym) | list) -%}
    {%- endfor -%}
    {%- if candidates and candidates[0].plain_name == 'prediction_id' -%}
        {{ return({'column': candidates[0], 'note': none}) }}
    {%- endif -%}
    {%- for column in table.columns if ml_monitor._is_key_name(column.plain_name) and column not in candidates -%}
        {%- do candidates.append(column) -%}
    {%- endfor -%}
    {%- set free = candidates | rejectattr('name', 'in', table.taken) | list -%}
    {%- set ranked = [] -%}
    {%- for column in free -%}
        {%- set is_shared = column.plain_name in shared and tables | length > 1 -%}
        {%- do ranked.append([0 if is_shared else 1, -1 * table.values_seen[column.name].distinct_count, loop.index0]) -%}
    {%- endfor -%}
    {%- if not ranked -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set best = (ranked | sort)[0] -%}
    {{ return({'column': free[best[2]], 'note': 'it must identify a prediction in every table'}) }}
{% endmacro %}


{# The plain names that every table has. #}
{% macro _shared_names(tables) %}
    {%- set shared = [] -%}
    {%- for name in tables.predictions.columns | map(attribute='plain_name') -%}
        {%- set holders = [] -%}
        {%- for table in tables.values() if name in table.columns | map(attribute='plain_name') -%}
            {%- do holders.append(table) -%}
        {%- endfor -%}
        {%- do shared.append(name) if holders | length == tables | length -%}
    {%- endfor -%}
    {{ return(shared) }}
{% endmacro %}


{# Whether a column can be a binary label: 0/1 or true/false in a number, a boolean or text. #}
{% macro _holds_yes_or_no(table, column) %}
    {%- set values = table.values_seen.get(column.name) -%}
    {%- if values is none -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set readable = ['none', '0', '0.0', '1', '1.0', 'true', 't', 'false', 'f'] -%}
    {%- set is_readable = values.lowest | string | lower in readable and values.highest | string | lower in readable -%}
    {{ return(values.distinct_count <= 2 and is_readable) }}
{% endmacro %}


{# A name as SQL must have it: in quotes where it is not reached without. #}
{% macro _name_to_declare(name) %}
    {%- set is_plain = modules.re.fullmatch('[^\\W\\d]\\w*', name) and ml_monitor.reached_column(name, [{'name': name}]) is not none -%}
    {{ return(name if is_plain else adapter.quote(name)) }}
{% endmacro %}
