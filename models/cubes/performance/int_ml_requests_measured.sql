{{ config(**ml_monitor.replaced_by_day('predicted_date')) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'request_id', 'predicted_date'] %}
{%- set zero = ml_monitor.double_literal('0') %}
{%- set request = 'listed.' ~ keys | join(', listed.') %}
/*
    Grain: log, model, version, request and day. What a list of ranked items was worth, as pytrec_eval measures it: the
    list is what was logged of the request on the day, in order of rank (equal ranks: of item_id). An item is relevant
    where its outcome is above 0, the outcome is its gain; an item without an outcome is not relevant. With p the position:
      ndcg_at_k        sum over p <= k of gain / log2(p + 1), over the same sum of the best order of the full relevant set
      ndcg_at_k_shown  over that of the best order of the items shown
      map_at_10        sum over relevant p <= 10 of (relevant up to p) / p, over all relevant items of the request
      mrr              1 / position of the first relevant item
      precision_at_k, recall_at_10, hit_rate_at_10
    All are 0 where no item is relevant, and null where no outcome of the request is known. A slice holds a request
    whose items all have its value; others have `(mixed)`.
*/
with predictions as (

    select predictions.*
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.task = 'ranking'

),

items_not_shown as (

    select items_not_shown.*
    from {{ ref('int_ml_items_not_shown') }} as items_not_shown
    {{ ml_monitor.in_dirty_days('items_not_shown', 'predicted_date') }}

),

listed as (

    select
        {%- for key in keys %}
        predictions.{{ key }},
        {%- endfor %}
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        predictions.slice_{{ slot }},
        {%- endfor %}
        predictions.item_id,
        predictions.observed_at,
        case when predictions.actual_value > 0 then predictions.actual_value else 0 end as gain,
        row_number() over (
            partition by predictions.{{ keys | join(', predictions.') }}
            order by predictions.item_rank asc, {{ ml_monitor.text_order('predictions.item_id') }} asc
        ) as list_position
    from predictions

),

positioned as (

    select
        listed.*,
        sum(case when listed.gain > 0 then 1 else 0 end) over (
            partition by {{ request }}
            order by listed.list_position asc
            rows between unbounded preceding and current row
        ) as relevant_so_far,
        row_number() over (
            partition by {{ request }}
            order by listed.gain desc, listed.list_position asc
        ) as best_shown_position
    from listed

),

lists as (

    select
        {{ keys | join(',\n        ') }},
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        case
            when min(slice_{{ slot }}) = max(slice_{{ slot }}) and count(slice_{{ slot }}) = count(*) then min(slice_{{ slot }})
            when count(slice_{{ slot }}) > 0 then '(mixed)'
        end as slice_{{ slot }},
        {%- endfor %}
        count(*) as item_count,
        count(observed_at) as labelled_item_count,
        {%- for k in [5, 10] %}
        sum(case when list_position <= {{ k }} then {{ ml_monitor.discounted_gain('gain', 'list_position') }} else 0 end) as dcg_at_{{ k }},
        count(*) filter (where gain > 0 and list_position <= {{ k }}) as relevant_at_{{ k }},
        {%- endfor %}
        sum(case when best_shown_position <= 10 then {{ ml_monitor.discounted_gain('gain', 'best_shown_position') }} else 0 end) as best_shown_dcg_at_10,
        sum(
            case
                when gain > 0 and list_position <= 10 then cast(relevant_so_far as {{ ml_monitor.type_double() }}) / list_position
                else 0
            end
        ) as precision_sum_at_10,
        min(case when gain > 0 then list_position end) as first_relevant_position
    from positioned
    group by
        {{ keys | join(',\n        ') }}

),

all_gains as (

    select
        {{ keys | join(',\n        ') }},
        item_id,
        gain
    from listed
    where gain > 0
    union all
    select
        {{ keys | join(',\n        ') }},
        item_id,
        actual_value as gain
    from items_not_shown
    where actual_value > 0

),

best_orders as (

    select
        all_gains.*,
        row_number() over (
            partition by all_gains.{{ keys | join(', all_gains.') }}
            order by all_gains.gain desc, all_gains.item_id asc
        ) as best_position
    from all_gains

),

relevant_sets as (

    select
        {{ keys | join(',\n        ') }},
        count(*) as relevant_count
        {%- for k in [5, 10] %},
        sum(case when best_position <= {{ k }} then {{ ml_monitor.discounted_gain('gain', 'best_position') }} else 0 end) as best_dcg_at_{{ k }}
        {%- endfor %}
    from best_orders
    group by
        {{ keys | join(',\n        ') }}

),

answered as (

    select
        {{ keys | join(',\n        ') }}
    from items_not_shown
    group by
        {{ keys | join(',\n        ') }}

),

joined as (

    select
        lists.*,
        coalesce(relevant_sets.relevant_count, 0) as relevant_count,
        relevant_sets.best_dcg_at_5,
        relevant_sets.best_dcg_at_10,
        lists.labelled_item_count > 0 or answered.request_id is not null as has_outcomes
    from lists
    {%- for relation in ['relevant_sets', 'answered'] %}
    left join {{ relation }}
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}lists.{{ key }} = {{ relation }}.{{ key }}
            {%- endfor %}
    {%- endfor %}

)

select
    {{ keys | join(',\n    ') }},
    {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
    slice_{{ slot }},
    {%- endfor %}
    item_count,
    labelled_item_count,
    relevant_count,
    has_outcomes,
    best_dcg_at_10,
    {%- for name, value in [
        ('ndcg_at_5', ml_monitor.safe_divide('dcg_at_5', 'best_dcg_at_5')),
        ('ndcg_at_10', ml_monitor.safe_divide('dcg_at_10', 'best_dcg_at_10')),
        ('ndcg_at_10_shown', ml_monitor.safe_divide('dcg_at_10', 'best_shown_dcg_at_10')),
        ('map_at_10', ml_monitor.safe_divide('precision_sum_at_10', 'relevant_count')),
        ('mrr', ml_monitor.safe_divide('1', 'first_relevant_position')),
        ('precision_at_5', ml_monitor.safe_divide('relevant_at_5', '5')),
        ('precision_at_10', ml_monitor.safe_divide('relevant_at_10', '10')),
        ('recall_at_10', ml_monitor.safe_divide('relevant_at_10', 'relevant_count')),
        ('hit_rate_at_10', 'case when relevant_at_10 > 0 then ' ~ ml_monitor.double_literal('1') ~ ' end'),
    ] %}
    case when has_outcomes then coalesce({{ value }}, {{ zero }}) end as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from joined
