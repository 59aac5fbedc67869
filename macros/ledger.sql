{#- A member of a payload that a target accepted: a JSON object of texts. Null where it has none. -#}
{% macro payload_member(payload, name) -%}
    {{ adapter.dispatch('payload_member')(payload, name) }}
{%- endmacro %}

{% macro duckdb__payload_member(payload, name) -%}
    json_extract_string({{ payload }}, '$."{{ name }}"')
{%- endmacro %}

{% macro spark__payload_member(payload, name) -%}
    get_json_object({{ payload }}, '$.{{ name }}')
{%- endmacro %}


{#- The same with its type. A moment stands in a payload as 2026-01-31T23:00:00Z. -#}
{% macro typed_member(payload, name, type) -%}
    {%- set text = payload_member(payload, name) -%}
    {%- if type == 'string' -%}
        {{ text }}
    {%- elif type == 'timestamp' -%}
        cast(substring({{ text }}, 1, 19) as timestamp)
    {%- else -%}
        cast({{ text }} as {{ type }})
    {%- endif -%}
{%- endmacro %}


{#- Whether Dataverse shows what the back-flow wrote there last, and nobody has changed it since.

    The row of a template's int_*_remembered is joined as `remembered`: what Dataverse accepted of the row as
    payload_from_finance, what Finance accepted of it as payload_to_finance, either null where it has not.
    value: what Dataverse has; attribute, type: what the back-flow writes there. -#}
{% macro is_echo(value, attribute, type) -%}
    remembered.payload_from_finance is not null
    and (
        {{ "nullif(trim(trailing ' ' from " ~ value ~ "), '')" if type == 'string' else value }}
        is not distinct from {{ typed_member('remembered.payload_from_finance', attribute, type) }}
    )
{%- endmacro %}


{#- A column for Finance without echoes: what Finance accepted before, wherever Dataverse only repeats what
    came from Finance. The join is that of is_echo.

    target_column, target_type: the column as Finance gets it. echoes: (value, attribute, type) of each
    value of Dataverse that the column is made of, see is_echo.
    is_required: an accepted row without the column keeps the value of Dataverse. -#}
{% macro without_echo(column, target_column, target_type, echoes, is_required=false) -%}
    case
        when
            {%- for value, attribute, type in echoes %}
            {{ "and " if not loop.first }}{{ is_echo(value, attribute, type) }}
            {%- endfor %}
            then {{ "coalesce(" if is_required }}
            {{- typed_member('remembered.payload_to_finance', target_column, target_type) }}
            {{- ", " ~ column ~ ")" if is_required }}
        else {{ column }}
    end
{%- endmacro %}
