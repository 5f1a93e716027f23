{# What a row with its outcome adds to the cubes of its task: terms of one row, and the measures of a group of them. #}

{% macro binary_outcome_terms(rows_alias) -%}
case when {{ rows_alias }}.observed_at is not null then {{ rows_alias }}.score end as labelled_score,
        ({{ rows_alias }}.score - {{ rows_alias }}.actual_value) * ({{ rows_alias }}.score - {{ rows_alias }}.actual_value) as squared_error,
        {{ ml_monitor.log_loss_term(rows_alias ~ '.score', rows_alias ~ '.actual_value') }} as log_loss
{%- endmacro %}


{% macro binary_outcome_measures(rows_alias) -%}
count(*) filter (where {{ rows_alias }}.observed_at is not null) as labelled_count,
        count(*) filter (where {{ rows_alias }}.actual_value = 1 and {{ rows_alias }}.predicted_label = '1') as true_positive_count,
        count(*) filter (where {{ rows_alias }}.actual_value = 0 and {{ rows_alias }}.predicted_label = '1') as false_positive_count,
        count(*) filter (where {{ rows_alias }}.actual_value = 1 and {{ rows_alias }}.predicted_label = '0') as false_negative_count,
        count(*) filter (where {{ rows_alias }}.actual_value = 0 and {{ rows_alias }}.predicted_label = '0') as true_negative_count,
        coalesce(sum({{ rows_alias }}.labelled_score), 0) as labelled_score_sum,
        coalesce(var_pop({{ rows_alias }}.labelled_score) * count({{ rows_alias }}.labelled_score), 0) as labelled_score_deviation_square_sum,
        coalesce(sum({{ rows_alias }}.squared_error), 0) as squared_error_sum,
        coalesce(sum({{ rows_alias }}.squared_error) filter (where {{ rows_alias }}.actual_value = 1), 0) as positive_squared_error_sum,
        coalesce(var_pop({{ rows_alias }}.squared_error) * count({{ rows_alias }}.squared_error), 0) as squared_error_deviation_square_sum,
        coalesce(sum({{ rows_alias }}.log_loss), 0) as log_loss_sum,
        coalesce(var_pop({{ rows_alias }}.log_loss) * count({{ rows_alias }}.log_loss), 0) as log_loss_deviation_square_sum
{%- endmacro %}


{% macro regression_error_terms(rows_alias) -%}
{{ rows_alias }}.predicted_value - {{ rows_alias }}.actual_value as error,
        case
            when {{ rows_alias }}.predicted_value > -1 and {{ rows_alias }}.actual_value > -1
                then
                    {{ ml_monitor.log_one_plus(rows_alias ~ '.predicted_value') }}
                    - {{ ml_monitor.log_one_plus(rows_alias ~ '.actual_value') }}
        end as log_error,
        case
            when
                {{ ml_monitor.is_finite(rows_alias ~ '.prediction_lower') }}
                and {{ ml_monitor.is_finite(rows_alias ~ '.prediction_upper') }}
                then {{ rows_alias }}.prediction_upper - {{ rows_alias }}.prediction_lower
        end as interval_width,
        case
            when abs({{ rows_alias }}.naive_value) <= {{ ml_monitor.double_literal('1e70') }}
                then {{ rows_alias }}.naive_value - {{ rows_alias }}.actual_value
        end as naive_error
{%- endmacro %}


{% macro regression_error_measures(rows_alias) -%}
count(*) as labelled_count,
        sum({{ rows_alias }}.predicted_value) as prediction_sum,
        sum({{ rows_alias }}.actual_value) as actual_sum,
        var_pop({{ rows_alias }}.actual_value) * count(*) as actual_deviation_square_sum,
        min({{ rows_alias }}.actual_value) as actual_minimum,
        max({{ rows_alias }}.actual_value) as actual_maximum,
        sum(abs({{ rows_alias }}.actual_value)) as absolute_actual_sum,
        sum({{ rows_alias }}.error) as error_sum,
        sum(abs({{ rows_alias }}.error)) as absolute_error_sum,
        max(abs({{ rows_alias }}.error)) as absolute_error_maximum,
        sum({{ rows_alias }}.error * {{ rows_alias }}.error) as squared_error_sum,
        var_pop({{ rows_alias }}.error) * count(*) as error_deviation_square_sum,
        var_pop(abs({{ rows_alias }}.error)) * count(*) as absolute_error_deviation_square_sum,
        var_pop({{ rows_alias }}.error * {{ rows_alias }}.error) * count(*) as squared_error_deviation_square_sum,
        count(*) filter (where {{ rows_alias }}.actual_value != 0) as nonzero_actual_count,
        coalesce(sum(abs({{ rows_alias }}.error) / nullif(abs({{ rows_alias }}.actual_value), 0)), 0) as absolute_percentage_error_sum,
        count({{ rows_alias }}.log_error) as loggable_count,
        coalesce(sum({{ rows_alias }}.log_error * {{ rows_alias }}.log_error), 0) as squared_log_error_sum,
        coalesce(sum({{ rows_alias }}.error) filter (where {{ rows_alias }}.error > 0), 0) as over_error_sum,
        count(*) filter (
            where {{ rows_alias }}.prediction_lower is not null and {{ rows_alias }}.prediction_upper is not null
        ) as interval_count,
        count(*) filter (
            where {{ rows_alias }}.actual_value between {{ rows_alias }}.prediction_lower and {{ rows_alias }}.prediction_upper
        ) as covered_count,
        count({{ rows_alias }}.interval_width) as interval_width_count,
        coalesce(sum({{ rows_alias }}.interval_width), 0) as interval_width_sum,
        count({{ rows_alias }}.naive_error) as naive_count,
        coalesce(sum({{ rows_alias }}.naive_error), 0) as naive_error_sum,
        coalesce(sum(abs({{ rows_alias }}.naive_error)), 0) as naive_absolute_error_sum,
        coalesce(sum({{ rows_alias }}.naive_error) filter (where {{ rows_alias }}.naive_error > 0), 0) as naive_over_error_sum,
        coalesce(sum(abs({{ rows_alias }}.error)) filter (where {{ rows_alias }}.naive_error is not null), 0) as paired_absolute_error_sum,
        sum({{ rows_alias }}.actual_value * {{ rows_alias }}.actual_value) as squared_actual_sum,
        {%- set terms = ml_monitor.regression_spread_terms(rows_alias) %}
        {%- for square in ml_monitor.regression_square_sums() %}
        coalesce(sum({{ terms[square] }}), 0) as {{ square }}_sum,
        {%- endfor %}
        {%- for quantity in ml_monitor.regression_spread_quantities() %}
        coalesce(var_pop({{ terms[quantity] }}) * count({{ terms[quantity] }}), 0) as {{ quantity }}_deviation_square_sum,
        {%- endfor %}
        {%- for first, second in ml_monitor.regression_products() %}
        coalesce(covar_pop({{ terms[first] }}, {{ terms[second] }}) * count({{ terms[first] }}), 0) as {{ first }}_{{ second }}_product_sum
        {{- ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}


{# What spreads are kept of beside those of actual, error and their sizes: the intervals of ratios and roots need them. #}
{% macro regression_spread_quantities() %}
    {{ return([
        'squared_actual', 'absolute_actual', 'over_error', 'absolute_percentage_error', 'squared_log_error', 'interval_width',
        'naive_absolute_error', 'paired_absolute_error',
    ]) }}
{% endmacro %}


{# Quantities that are not of all labelled rows, with the column that counts theirs. #}
{% macro regression_spread_counts() %}
    {{ return({
        'absolute_percentage_error': 'nonzero_actual_count', 'squared_log_error': 'loggable_count',
        'interval_width': 'interval_width_count', 'naive_absolute_error': 'naive_count', 'paired_absolute_error': 'naive_count',
        'percentage_error_square': 'nonzero_actual_count', 'log_error_square': 'loggable_count',
    }) }}
{% endmacro %}


{# Quantities that the skewness of is kept of, with their square: it comes from the product of the two. #}
{% macro regression_squares() %}
    {{ return([
        ('absolute_error', 'squared_error'), ('squared_error', 'squared_error_square'),
        ('absolute_percentage_error', 'percentage_error_square'), ('squared_log_error', 'log_error_square'),
    ]) }}
{% endmacro %}


{# Those squares that are kept for this alone. #}
{% macro regression_square_sums() %}
    {{ return(['squared_error_square', 'percentage_error_square', 'log_error_square']) }}
{% endmacro %}


{# Pairs of quantities of which the sum of products of deviations is kept. #}
{% macro regression_products() %}
    {{ return(ml_monitor.regression_squares() + [
        ('actual', 'squared_actual'), ('actual', 'error'), ('actual', 'squared_error'), ('squared_actual', 'error'),
        ('squared_actual', 'squared_error'), ('error', 'squared_error'), ('error', 'over_error'),
        ('absolute_error', 'absolute_actual'), ('paired_absolute_error', 'naive_absolute_error'),
    ]) }}
{% endmacro %}


{#
    These quantities of one row. Squares of squares are kept within 1e-280 and 1e150, so that they, and their products with the
    quantity, still are doubles: Postgres raises an error where one is not.
#}
{% macro regression_spread_terms(rows_alias) %}
    {%- set actual, error, naive = rows_alias ~ '.actual_value', rows_alias ~ '.error', rows_alias ~ '.naive_error' -%}
    {%- set log_error = rows_alias ~ '.log_error' -%}
    {%- set percentage = 'abs(' ~ error ~ ') / nullif(abs(' ~ actual ~ '), 0)' -%}
    {%- set least, largest = ml_monitor.double_literal('1e-70'), ml_monitor.double_literal('1e150') -%}
    {{ return({
        'actual': actual,
        'error': error,
        'absolute_error': 'abs(' ~ error ~ ')',
        'squared_error': error ~ ' * ' ~ error,
        'squared_actual': actual ~ ' * ' ~ actual,
        'absolute_actual': 'abs(' ~ actual ~ ')',
        'over_error': 'greatest(' ~ error ~ ', 0)',
        'absolute_percentage_error': percentage,
        'squared_error_square': 'case when ' ~ error ~ ' is not null then least(power(greatest(abs(' ~ error ~ '), ' ~ least ~ '), 4), ' ~ largest ~ ') end',
        'percentage_error_square': 'case when ' ~ actual ~ ' != 0 then least(' ~ percentage ~ ' * ' ~ percentage ~ ', ' ~ largest ~ ') end',
        'log_error_square': 'case when ' ~ log_error ~ ' is not null then power(greatest(abs(' ~ log_error ~ '), ' ~ least ~ '), 4) end',
        'squared_log_error': rows_alias ~ '.log_error * ' ~ rows_alias ~ '.log_error',
        'interval_width': rows_alias ~ '.interval_width',
        'naive_absolute_error': 'abs(' ~ naive ~ ')',
        'paired_absolute_error': 'case when ' ~ naive ~ ' is not null then abs(' ~ error ~ ') end',
    }) }}
{% endmacro %}
