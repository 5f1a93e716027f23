{% macro is_partial_build() %}
{{ return(flags.INTROSPECT and is_incremental()) }}
{% endmacro %}
