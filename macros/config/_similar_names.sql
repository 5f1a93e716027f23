{#
    The names most like a wrong one, best first, at most three: by Dice's coefficient of their letter pairs. A name that
    holds the other counts too.
#}
{% macro _similar_names(name, known) %}
    {%- set wrong = name | lower -%}
    {%- set wrong_pairs = ml_monitor._letter_pairs(wrong) -%}
    {%- set scored = [] -%}
    {%- for candidate in known -%}
        {%- set right = candidate | lower -%}
        {%- set right_pairs = ml_monitor._letter_pairs(right) -%}
        {%- set shared = wrong_pairs | select('in', right_pairs) | list | length -%}
        {%- set likeness = 2.0 * shared / (wrong_pairs | length + right_pairs | length) -%}
        {%- set holds = wrong | length > 2 and right | length > 2 and (wrong in right or right in wrong) -%}
        {%- if likeness >= 0.5 or holds -%}
            {%- do scored.append([-likeness, candidate]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return((scored | sort)[:3] | map(attribute=1) | list) }}
{% endmacro %}


{% macro _letter_pairs(name) %}
    {%- set padded = '^' ~ name ~ '$' -%}
    {%- set pairs = [] -%}
    {%- for position in range(padded | length - 1) if padded[position:position + 2] not in pairs -%}
        {%- do pairs.append(padded[position:position + 2]) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}


{# '; nearest: a, b', or nothing where no name is near. #}
{% macro _nearest(name, known) %}
    {%- set similar = ml_monitor._similar_names(name, known) -%}
    {{ return('; nearest: ' ~ similar | join(', ') if similar else '') }}
{% endmacro %}
