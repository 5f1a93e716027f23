{#
    Statements around every model. Postgres plans statements over freshly made tables and over common table expressions
    as if they held a handful of rows, and then loops over loops, or joins first what blows up: it gets no nested loops
    and no merge joins (which loop over the rows of one key) where a hash join will do, joins in the order in which they
    are written (so the models write what narrows first), no just-in-time compilation of long expressions, and fresh
    statistics.
#}
{% macro before_model() %}
    {{ return(adapter.dispatch('before_model', 'ml_monitor')()) }}
{% endmacro %}

{% macro default__before_model() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__before_model() %}
    {{ return("set local enable_nestloop = off; set local enable_mergejoin = off; set local join_collapse_limit = 1; set local jit = off; set local work_mem = '256MB'") }}
{% endmacro %}


{% macro after_model() %}
    {{ return(adapter.dispatch('after_model', 'ml_monitor')()) }}
{% endmacro %}

{% macro default__after_model() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__after_model() %}
    {{ return('analyze ' ~ this if model.config.materialized != 'view' else '') }}
{% endmacro %}
