{#- Exact division, halves away from zero.

    numerator, denominator: decimals with at most `numerator_scale`, `denominator_scale` places and 19
    digits; the caller keeps a zero denominator out. Result: decimal(28, scale).
    DuckDB divides decimals as doubles, so it works in whole numbers there. -#}
{% macro divide(numerator, numerator_scale, denominator, denominator_scale, scale) -%}
    {{ adapter.dispatch('divide')(numerator, numerator_scale, denominator, denominator_scale, scale) }}
{%- endmacro %}

{% macro duckdb__divide(numerator, numerator_scale, denominator, denominator_scale, scale) -%}
    {%- set shift_up = denominator_scale + scale - numerator_scale -%}
    {%- set dividend = "abs(cast(" ~ numerator ~ " * " ~ 10 ** numerator_scale ~ " as hugeint)) * " ~ 10 ** ([shift_up, 0] | max) -%}
    {%- set divisor = "abs(cast(" ~ denominator ~ " * " ~ 10 ** denominator_scale ~ " as hugeint)) * " ~ 10 ** ([-shift_up, 0] | max) -%}
    cast(
        (sign({{ numerator }}) * sign({{ denominator }}))
        * cast((2 * ({{ dividend }}) + ({{ divisor }})) // (2 * ({{ divisor }})) as decimal(28, 0))
        * cast({{ '0.' ~ '0' * (scale - 1) ~ '1' }} as decimal({{ scale + 1 }}, {{ scale }}))
        as decimal(28, {{ scale }})
    )
{%- endmacro %}

{% macro spark__divide(numerator, numerator_scale, denominator, denominator_scale, scale) -%}
    cast(
        cast({{ numerator }} as decimal(19, {{ numerator_scale }}))
        / cast({{ denominator }} as decimal(19, {{ denominator_scale }}))
        as decimal(28, {{ scale }})
    )
{%- endmacro %}
