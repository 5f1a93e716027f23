{#
    A select of the rows of a relation that an earlier build (`built`) did not have, and of those that only it had, as windows
    come and go: two rows are the same where these keys are. columns: those of the keys to select; with_columns: more of them.
#}
{% macro came_or_went(relation, built, keys, columns, with_columns=[]) %}
select
    {%- for column in columns %}
    coalesce(now_there.{{ column }}, built.{{ column }}) as {{ column }}{{ ',' if not loop.last or with_columns }}
    {%- endfor %}
    {%- for column in with_columns %}
    {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ relation }} as now_there
full outer join {{ built }} as built
    on
        {%- for key in keys %}
        {{ 'and ' if not loop.first }}now_there.{{ key }} = built.{{ key }}
        {%- endfor %}
where now_there.{{ keys[0] }} is null or built.{{ keys[0] }} is null
{%- endmacro %}
