{{ config(enabled=ml_monitor.is_needed(model.name), **ml_monitor.replaced_by_day('predicted_date')) }}
{%- set keys = ['log_name', 'model_id', 'model_version', 'request_id', 'predicted_date'] %}
{%- set zero = ml_monitor.double_literal('0') %}
{%- set states = keys + ['state_number'] %}
{%- set state = 'listed.' ~ states | join(', listed.') %}
{%- set columns = keys + ['item_id', 'item_rank', 'predicted_at', 'observed_at', 'actual_value'] %}
{%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
{%- do columns.append('slice_' ~ slot) %}
{%- endfor %}
/*
    Grain: log, model, version, request, day and known_date. What a list of ranked items was worth, as pytrec_eval measures
    it, by what was known on the dates from known_date on, before superseded_date (null = now): a list and its outcomes are
    measured again for each date on which more of them had come, from first_look_date on. The list is what was logged of the
    request on the day, in order of rank (equal ranks: of item_id). An item is relevant where its outcome is above 0, the
    outcome is its gain; an item without an outcome is not relevant. With p the position:
      ndcg_at_k        sum over p <= k of gain / log2(p + 1), over the same sum of the best order of the full relevant set
      ndcg_at_k_shown  over that of the best order of the items shown
      map_at_10        sum over relevant p <= 10 of (relevant up to p) / p, over all relevant items of the request
      mrr              1 / position of the first relevant item
      precision_at_k, recall_at_10, hit_rate_at_10
    All are 0 where no item is relevant, and null where no outcome of the request is known. A slice holds a request
    whose items all have its value; others have `(mixed)`.
*/
with predictions as (

    select
        {%- for column in columns + ['prediction_id'] %}
        predictions.{{ column }},
        {%- endfor %}
        {{ ml_monitor.known_date('predictions.predicted_at', ['predictions.loaded_at']) }} as listed_date,
        case
            when predictions.observed_at is not null
                then {{ ml_monitor.known_date('predictions.observed_at', ['predictions.outcome_loaded_at', 'predictions.loaded_at']) }}
        end as labelled_date,
        {{ ml_monitor.first_look_date('predictions.predicted_date') | indent(4) }} as first_look_date
    from {{ ref('fct_ml_predictions') }} as predictions
    {{ ml_monitor.in_dirty_days('predictions', 'predicted_date') }}
    where predictions.task = 'ranking'

),

superseded as (

    select superseded.*
    from {{ ref('int_ml_outcomes_superseded') }} as superseded
    {{ ml_monitor.in_dirty_days('superseded', 'predicted_date') }}
    where superseded.task = 'ranking'

),

items_not_shown as (

    select items_not_shown.*
    from {{ ref('int_ml_items_not_shown') }} as items_not_shown
    {{ ml_monitor.in_dirty_days('items_not_shown', 'predicted_date') }}

),

/* dates on which more came of a request, after the first from which it is looked back at */
changes as (

    {%- for relation, date in [
        ('predictions', 'listed_date'), ('predictions', 'labelled_date'), ('superseded', 'known_date'),
        ('superseded', 'superseded_date'), ('items_not_shown', 'known_date'), ('items_not_shown', 'superseded_date'),
    ] %}
    select
        {{ keys | join(',\n        ') }},
        {{ date }} as change_date
    from {{ relation }}
    where {{ date }} > {{ 'first_look_date' if relation == 'predictions' else ml_monitor.first_look_date('predicted_date') }}
    {{ 'union' if not loop.last }}
    {%- endfor %}

),

change_dates as (

    select
        {{ keys | join(',\n        ') }},
        change_date
    from changes
    union all
    select
        {{ keys | join(',\n        ') }},
        {{ ml_monitor.first_look_date('predicted_date') | indent(4) }} as change_date
    from changes
    group by
        {{ keys | join(',\n        ') }}

),

/* 0 is now */
request_states as (

    select
        {{ keys | join(',\n        ') }},
        change_date as known_date,
        lead(change_date) over ascending as superseded_date,
        count(*) over (
            partition by {{ keys | join(', ') }}
        ) - row_number() over ascending as state_number
    from change_dates
    window
        ascending as (
            partition by {{ keys | join(', ') }}
            order by change_date asc
        )

),

earlier_rows as (

    select
        {%- for key in keys %}
        predictions.{{ key }},
        {%- endfor %}
        predictions.item_id,
        predictions.item_rank,
        predictions.predicted_at,
        {%- for column in ['observed_at', 'actual_value'] %}
        case
            when {{ ml_monitor.days_between('predictions.labelled_date', 'request_states.known_date') }} >= 0 then predictions.{{ column }}
            else superseded.{{ column }}
        end as {{ column }},
        {%- endfor %}
        {%- for column in columns if column.startswith('slice_') %}
        predictions.{{ column }},
        {%- endfor %}
        request_states.state_number,
        request_states.known_date
    from request_states
    inner join predictions
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}request_states.{{ key }} = predictions.{{ key }}
            {%- endfor %}
    left join superseded
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}request_states.{{ key }} = superseded.{{ key }}
            {%- endfor %}
            and predictions.prediction_id = superseded.prediction_id
            and {{ ml_monitor.is_known_before('superseded', 'request_states.known_date') }}
    where
        request_states.state_number > 0
        and {{ ml_monitor.days_between('predictions.listed_date', 'request_states.known_date') }} >= 0

),

earlier_requests as (

    select
        {{ states | join(',\n        ') }},
        known_date,
        min(predicted_at) as requested_at
    from earlier_rows
    group by
        {{ states | join(',\n        ') }},
        known_date

),

all_rows as (

    select
        {{ columns | join(',\n        ') }},
        0 as state_number
    from predictions
    union all
    select
        {{ columns | join(',\n        ') }},
        state_number
    from earlier_rows

),

listed as (

    select
        {%- for key in states %}
        all_rows.{{ key }},
        {%- endfor %}
        {%- for slot in range(1, ml_monitor.slice_slot_limit() + 1) %}
        all_rows.slice_{{ slot }},
        {%- endfor %}
        all_rows.item_id,
        all_rows.observed_at,
        case when all_rows.actual_value > 0 then all_rows.actual_value else 0 end as gain,
        row_number() over (
            partition by all_rows.{{ states | join(', all_rows.') }}
            order by all_rows.item_rank asc, {{ ml_monitor.text_order('all_rows.item_id') }} asc
        ) as list_position
    from all_rows

),

not_listed as (

    select
        {{ keys | join(',\n        ') }},
        0 as state_number,
        item_id,
        actual_value
    from items_not_shown
    where superseded_date is null
    union all
    select
        {%- for key in states %}
        requests.{{ key }},
        {%- endfor %}
        items_not_shown.item_id,
        items_not_shown.actual_value
    from earlier_requests as requests
    inner join items_not_shown
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}requests.{{ key }} = items_not_shown.{{ key }}
            {%- endfor %}
            and requests.requested_at <= items_not_shown.observed_at
    where {{ ml_monitor.is_known_before('items_not_shown', 'requests.known_date') | indent(4) }}

),

positioned as (

    select
        listed.*,
        sum(case when listed.gain > 0 then 1 else 0 end) over (
            partition by {{ state }}
            order by listed.list_position asc
            rows between unbounded preceding and current row
        ) as relevant_so_far,
        row_number() over (
            partition by {{ state }}
            order by listed.gain desc, listed.list_position asc
        ) as best_shown_position
    from listed

),

lists as (

    select
        {{ states | join(',\n        ') }},
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
        {{ states | join(',\n        ') }}

),

all_gains as (

    select
        {{ states | join(',\n        ') }},
        item_id,
        gain
    from listed
    where gain > 0
    union all
    select
        {{ states | join(',\n        ') }},
        item_id,
        actual_value as gain
    from not_listed
    where actual_value > 0

),

best_orders as (

    select
        all_gains.*,
        row_number() over (
            partition by all_gains.{{ states | join(', all_gains.') }}
            order by all_gains.gain desc, all_gains.item_id asc
        ) as best_position
    from all_gains

),

relevant_sets as (

    select
        {{ states | join(',\n        ') }},
        count(*) as relevant_count
        {%- for k in [5, 10] %},
        sum(case when best_position <= {{ k }} then {{ ml_monitor.discounted_gain('gain', 'best_position') }} else 0 end) as best_dcg_at_{{ k }}
        {%- endfor %}
    from best_orders
    group by
        {{ states | join(',\n        ') }}

),

answered as (

    select
        {{ states | join(',\n        ') }}
    from not_listed
    group by
        {{ states | join(',\n        ') }}

),

joined as (

    select
        lists.*,
        coalesce(relevant_sets.relevant_count, 0) as relevant_count,
        relevant_sets.best_dcg_at_5,
        relevant_sets.best_dcg_at_10,
        lists.labelled_item_count > 0 or answered.request_id is not null as has_outcomes,
        coalesce(request_states.known_date, {{ ml_monitor.first_look_date('lists.predicted_date') | indent(8) }}) as known_date,
        request_states.superseded_date
    from lists
    {%- for relation in ['relevant_sets', 'answered', 'request_states'] %}
    left join {{ relation }}
        on
            {%- for key in states %}
            {{ 'and ' if not loop.first }}lists.{{ key }} = {{ relation }}.{{ key }}
            {%- endfor %}
    {%- endfor %}

)

select
    {{ keys | join(',\n    ') }},
    known_date,
    superseded_date,
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
