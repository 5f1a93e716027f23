{#
    Private. The upper normal tail over exp(-z^2 / 2), for z >= 1e-20: slowly falling, so nothing under- or overflows.
    W. J. Cody (1969), "Rational Chebyshev approximations for the error function", Mathematics of Computation 23,
    in the coefficients of his ANORM (Algorithm 715), which take z and not z / sqrt(2). Relative error < 1e-15.
    Pass z_squared where a column or a shorter expression has it.
#}
{% macro _scaled_normal_sf(z, z_squared=none) -%}
    {%- set square = z_squared if z_squared is not none else '(' ~ z ~ ' * ' ~ z ~ ')' -%}
    case
        when {{ z }} < {{ ml_monitor.double_literal('0.67448975') }} then
        exp(least({{ square }}, 1) / 2) * ({{ ml_monitor.double_literal('0.5') }} - {{ z }} * {{ ml_monitor._polynomial(square, [
            '6.5682337918207449113e-2', '2.2352520354606839287e0', '1.6102823106855587881e2', '1.0676894854603709582e3',
            '1.8154981253343561249e4',
        ]) }} / {{ ml_monitor._polynomial(square, [
            '1e0', '4.720258190468824187e1', '9.7609855173777669322e2', '1.0260932208618978205e4',
            '4.5507789335026729956e4',
        ]) }})
        when {{ z }} < {{ ml_monitor.double_literal('5.656854249492381') }} then
        {{ ml_monitor._polynomial(z, [
            '1.0765576773720192317e-8', '3.9894151208813466764e-1', '8.8831497943883759412e0', '9.3506656132177855979e1',
            '5.9727027639480026226e2', '2.4945375852903726711e3', '6.8481904505362823326e3', '1.1602651437647350124e4',
            '9.8427148383839780218e3',
        ]) }} / {{ ml_monitor._polynomial(z, [
            '1e0', '2.2266688044328115691e1', '2.3538790178262499861e2', '1.519377599407554805e3',
            '6.485558298266760755e3', '1.8615571640885098091e4', '3.4900952721145977266e4', '3.8912003286093271411e4',
            '1.9685429676859990727e4',
        ]) }}
        else
        ({{ ml_monitor.double_literal('3.989422804014327e-1') }} - {{ ml_monitor._polynomial(square, [
            '2.9112874951168792e-5', '1.421619193227893466e-3', '2.2235277870649807e-2', '1.274011611602473639e-1',
            '2.1589853405795699e-1', '2.307344176494017303e-2',
        ]) }} / {{ ml_monitor._polynomial(square, [
            '7.29751555083966205e-5', '3.78239633202758244e-3', '6.59881378689285515e-2', '4.68238212480865118e-1',
            '1.28426009614491121e0', '1e0',
        ]) }} / {{ square }}) / {{ z }}
    end
{%- endmacro %}
