{#- A constant of a template, from the seed; null where the seed leaves it empty. -#}
{% macro constant(model_name, column_name) -%}
    (
        select max(constants.value)
        from {{ ref('constants') }} as constants
        where constants.target_model = '{{ model_name }}'
            and constants.column_name = '{{ column_name }}'
    )
{%- endmacro %}


{#- The length the target allows for a column, in UTF-16 units; null where none is known. -#}
{% macro target_length(model_name, column_name) -%}
    (
        select max(target_lengths.max_length)
        from {{ ref('target_lengths') }} as target_lengths
        where target_lengths.target_model = '{{ model_name }}'
            and target_lengths.column_name = '{{ column_name }}'
    )
{%- endmacro %}


{#- Whether an organisation lacks a declared column, as the extract saw it. -#}
{% macro column_is_missing(table_name, column_name) -%}
    (
        select count(*) > 0
        from {{ ref('stg_extract__missing_columns') }} as missing_columns
        where missing_columns.table_name = '{{ table_name }}'
            and missing_columns.column_name = '{{ column_name }}'
    )
{%- endmacro %}


{#- The value of a code in a value map joined under `alias` (see join_value_map).

    Compared trimmed and without case. `(blank)` is the line for an empty code, `(other)` the line for
    every code without one of its own; `(other)` -> `(same)` passes the code through. -#}
{% macro mapped_value(map_name, source_value, alias=none) -%}
    case
        when {{ alias or map_name ~ '_map' }}.target_value is not null
            then {{ alias or map_name ~ '_map' }}.target_value
        when {{ is_blank(source_value) }} then {{ map_line(map_name, '(blank)') }}
        when {{ map_line(map_name, '(other)') }} = '(same)'
            then cast({{ source_value }} as {{ dbt.type_string() }})
        else {{ map_line(map_name, '(other)') }}
    end
{%- endmacro %}


{% macro map_line(map_name, source_value) -%}
    (
        select max(value_map.target_value)
        from {{ ref('value_map') }} as value_map
        where
            value_map.map_name = '{{ map_name }}'
            and value_map.source_value = '{{ source_value }}'
    )
{%- endmacro %}


{#- Join a value map under the alias <map_name>_map, or `alias`. -#}
{% macro join_value_map(map_name, source_value, alias=none) -%}
    left join {{ ref('value_map') }} as {{ alias or map_name ~ '_map' }}
        on
            {{ alias or map_name ~ '_map' }}.map_name = '{{ map_name }}'
            and lower(trim({{ alias or map_name ~ '_map' }}.source_value))
            = lower(trim(cast({{ source_value }} as {{ dbt.type_string() }})))
{%- endmacro %}


{#- What to do with a kind of difference in money: send or reject. -#}
{% macro money_policy(template, remainder) -%}
    (
        select coalesce(max(money_policy.policy), 'reject')
        from {{ ref('money_policy') }} as money_policy
        where
            money_policy.template = '{{ template }}'
            and money_policy.remainder = '{{ remainder }}'
    )
{%- endmacro %}


{#- The seed lines that models ask for by name, as (seed, line): what a line must be called to matter. -#}
{% macro seed_lines_asked_for() -%}
    {%- set asked_for = [('none', 'none')] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- for model, column in modules.re.findall("constant\\('(\\w+)', '(\\w+)'\\)", node.raw_code) -%}
                {%- do asked_for.append(('constants', model ~ '.' ~ column)) -%}
            {%- endfor -%}
            {%- for column, model in modules.re.findall(
                "reject_too_long\\(\\s*'\\w+',\\s*'(\\w+)',\\s*'(\\w+)'", node.raw_code
            ) -%}
                {%- do asked_for.append(('target_lengths', model ~ '.' ~ column)) -%}
            {%- endfor -%}
            {%- for map_name in modules.re.findall("join_value_map\\('(\\w+)'", node.raw_code) -%}
                {%- do asked_for.append(('value_map', map_name)) -%}
            {%- endfor -%}
            {%- for kind in modules.re.findall("reject_amount_mismatch\\('(\\w+)'", node.raw_code) -%}
                {%- do asked_for.append(('money_policy', 'agreement_invoices.' ~ kind)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(asked_for | unique | list) }}
{%- endmacro %}
