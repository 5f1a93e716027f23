{# The printed lines of `declare`. #}

{% macro _source_lines(tables) %}
    {%- set schemas = {} -%}
    {%- for table in tables.values() if table.is_source_needed -%}
        {%- do schemas.setdefault(table.relation.schema, {'database': table.relation.database, 'names': []}) -%}
        {%- if table.relation.identifier not in schemas[table.relation.schema].names -%}
            {%- do schemas[table.relation.schema].names.append(table.relation.identifier) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not schemas -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set lines = ['', '# Into a yml file below models/.', 'sources:'] -%}
    {%- for schema, held in schemas.items() -%}
        {%- do lines.append('  - name: ' ~ ml_monitor._yaml_text(schema)) -%}
        {%- if held.database and held.database != target.database -%}
            {%- do lines.append('    database: ' ~ ml_monitor._yaml_text(held.database)) -%}
        {%- endif -%}
        {%- do lines.append('    schema: ' ~ ml_monitor._yaml_text(schema)) -%}
        {%- do lines.append('    tables:') -%}
        {%- for identifier in held.names -%}
            {%- do lines.append('      - name: ' ~ ml_monitor._yaml_text(identifier)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(lines) }}
{% endmacro %}


{% macro _log_lines(log_name, tables, guess) %}
    {%- set lines = ['', '# Into dbt_project.yml.', 'vars:', '  ml_monitor:', '    prediction_logs:'] -%}
    {%- do lines.append('      - name: ' ~ ml_monitor._yaml_text(log_name)) -%}
    {%- do lines.append('        task: ' ~ guess.task ~ ml_monitor._check_mark(guess.task_note)) -%}
    {%- for entry, value in [('model_id', log_name), ('model_version', '1')] if not guess.columns.predictions[entry] -%}
        {%- set mark = ml_monitor._check_mark('no column of the predictions says it') -%}
        {%- do lines.append('        ' ~ entry ~ ': ' ~ ml_monitor._yaml_text(value) ~ mark) -%}
    {%- endfor -%}
    {%- for table_name, table in tables.items() -%}
        {%- do lines.append('        ' ~ table_name ~ ':') -%}
        {%- do lines.append('          relation: ' ~ ml_monitor._yaml_text(table.declared)) -%}
        {%- do lines.extend(ml_monitor._mapping_lines(guess, table_name)) -%}
        {%- if table_name == guess.feature_home and table_name == 'features' -%}
            {%- do lines.extend(ml_monitor._feature_lines(guess)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'outcomes' not in tables -%}
        {%- set mark = ml_monitor._check_mark('without outcomes there is drift, but no performance') -%}
        {%- do lines.append('        # outcomes: {relation: source.table}' ~ mark) -%}
    {%- endif -%}
    {%- if guess.feature_home == 'predictions' and (guess.numeric or guess.categorical) -%}
        {%- do lines.append('        features:  # columns of the predictions') -%}
        {%- do lines.extend(ml_monitor._feature_lines(guess)) -%}
    {%- endif -%}
    {%- if guess.slices -%}
        {%- set mark = ml_monitor._check_mark('columns of few values; at most ' ~ ml_monitor.slice_slot_limit() ~ ' with the protected ones') -%}
        {%- do lines.append('        # slices: [' ~ ml_monitor._yaml_list(guess.slices) ~ ']' ~ mark) -%}
    {%- endif -%}
    {%- if guess.protected -%}
        {%- set mark = ml_monitor._check_mark('attributes of persons, by their names') -%}
        {%- do lines.append('        protected: [' ~ ml_monitor._yaml_list(guess.protected) ~ ']' ~ mark) -%}
    {%- endif -%}
    {%- for note in guess.remarks -%}
        {%- do lines.append('        # ' ~ note) -%}
    {%- endfor -%}
    {{ return(lines) }}
{% endmacro %}


{# `columns:` with what differs from the canonical name and with the optional columns that are there. #}
{% macro _mapping_lines(guess, table_name) %}
    {%- set required = guess.required[table_name] -%}
    {%- set lines = [] -%}
    {%- for canonical, raw in guess.columns[table_name].items() if raw != canonical or canonical not in required -%}
        {%- set mark = ml_monitor._check_mark(guess.notes[table_name][canonical]) -%}
        {%- do lines.append('            ' ~ canonical ~ ': ' ~ ml_monitor._yaml_text(raw) ~ mark) -%}
    {%- endfor -%}
    {{ return(['          columns:'] + lines if lines else []) }}
{% endmacro %}


{% macro _feature_lines(guess) %}
    {%- set lines = [] -%}
    {%- for kind in ['numeric', 'categorical'] if guess[kind] -%}
        {%- set note = 'a number that is a code belongs to categorical' if kind == 'numeric' else none -%}
        {%- do lines.append('          ' ~ kind ~ ':' ~ ml_monitor._check_mark(note)) -%}
        {%- for feature in guess[kind] -%}
            {%- do lines.append('            - ' ~ ml_monitor._yaml_text(feature)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(lines) }}
{% endmacro %}


{# none: nothing to check; '': check, no more to say. #}
{% macro _check_mark(note) %}
    {{ return('' if note is none else '  # check' ~ (': ' ~ note if note else '')) }}
{% endmacro %}


{# A text that YAML reads back as the same text. #}
{% macro _yaml_text(text) %}
    {%- set yaml_words = ['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null'] -%}
    {%- set is_plain = modules.re.fullmatch('[A-Za-z_][A-Za-z0-9_.$-]*', text) and text | lower not in yaml_words -%}
    {{ return(text if is_plain else "'" ~ text | replace("'", "''") ~ "'") }}
{% endmacro %}


{% macro _yaml_list(texts) %}
    {%- set written = [] -%}
    {%- for text in texts -%}
        {%- do written.append(ml_monitor._yaml_text(text)) -%}
    {%- endfor -%}
    {{ return(written | join(', ')) }}
{% endmacro %}
