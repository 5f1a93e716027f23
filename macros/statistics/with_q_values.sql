{#
    CTEs that give each row of `rows_cte` its Benjamini-Hochberg q-value (JRSS B 57, 1995) over its family: the rows of
    equal `family_keys` that meet `condition` and have a p_value. q = min over ranks j >= i of p_(j) m / j. Null for the
    other rows. Out: the CTE `with_q_values`, to be followed by the next CTE.
#}
{% macro with_q_values(rows_cte, family_keys, condition) -%}
{%- set family = family_keys | join(', ') -%}
families as (

    select
        {{ rows_cte }}.*,
        coalesce({{ condition }} and p_value is not null, false) as in_family
    from {{ rows_cte }}

),

ranked_in_family as (

    select
        families.*,
        rank() over (partition by {{ family }} order by p_value asc nulls last) as first_rank,
        count(*) over (partition by {{ family }}, p_value) as tie_count,
        count(*) over (partition by {{ family }}) as family_size
    from families
    where in_family

),

/* the rows outside of every family are the most by far: they are not sorted */
with_q_values as (

    select
        ranked_in_family.*,
        least(
            min({{ ml_monitor.safe_divide('p_value * family_size', 'first_rank + tie_count - 1') }}) over (
                partition by {{ family }}
                order by p_value desc nulls first
                range between unbounded preceding and current row
            ),
            1
        ) as q_value
    from ranked_in_family
    union all
    select
        families.*,
        cast(null as {{ dbt.type_bigint() }}) as first_rank,
        cast(null as {{ dbt.type_bigint() }}) as tie_count,
        cast(null as {{ dbt.type_bigint() }}) as family_size,
        cast(null as {{ ml_monitor.type_double() }}) as q_value
    from families
    where not in_family

),
{%- endmacro %}
