{#
    What stands between `as` and the bracket of a CTE whose columns are long expressions that are used many times below.
    Postgres puts the expressions of a CTE that is read once in wherever a column of it is named, and computes each again;
    the others compute a column once.
#}
{% macro materialized() %}
    {{ return(adapter.dispatch('materialized', 'ml_monitor')()) }}
{% endmacro %}

{% macro default__materialized() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__materialized() %}
    {{ return('materialized ') }}
{% endmacro %}
