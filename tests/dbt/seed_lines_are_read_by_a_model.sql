-- A line of a seed that changes nothing, because no model asks for it: a misspelled map or column, or a
-- length for a column that has no rule (add `reject_too_long` to its checked model).
{{ config(severity='warn') }}
with

asked as (

    {% for seed, line in turns(seed_lines_asked_for()) -%}
    select
        '{{ seed }}' as seed,
        '{{ line }}' as line
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
),

lines as (

    select
        'constants' as seed,
        concat(target_model, '.', column_name) as line
    from {{ ref('constants') }}

    union all

    select
        'target_lengths' as seed,
        concat(target_model, '.', column_name) as line
    from {{ ref('target_lengths') }}

    union all

    select
        'value_map' as seed,
        map_name as line
    from {{ ref('value_map') }}

    union all

    select
        'money_policy' as seed,
        concat(template, '.', remainder) as line
    from {{ ref('money_policy') }}

)

select lines.*
from lines

left join asked
    on
        lines.seed = asked.seed
        and lines.line = asked.line

where asked.line is null
