{#- Nothing to see: null, empty or blanks only. -#}
{% macro is_blank(column) -%}
    coalesce(trim(cast({{ column }} as {{ dbt.type_string() }})), '') = ''
{%- endmacro %}


{#- A key as Finance compares it: without regard to case and trailing blanks (other white space is
    content: rtrim would take it along in one engine and not in the other). -#}
{% macro comparable(column) -%}
    lower(trim(trailing ' ' from cast({{ column }} as {{ dbt.type_string() }})))
{%- endmacro %}


{#- A GUID in the service's spelling (lower case, no braces), or null where the text is none. -#}
{% macro as_guid(column) -%}
    {{ adapter.dispatch('as_guid')(column) }}
{%- endmacro %}

{% macro duckdb__as_guid(column) -%}
    lower(cast(try_cast(trim({{ column }}) as uuid) as string))
{%- endmacro %}

{% macro spark__as_guid(column) -%}
    case
        when lower(trim({{ column }})) rlike '^[{]?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[}]?$'
            then translate(lower(trim({{ column }})), '{}', '')
    end
{%- endmacro %}


{#- Length as .NET and SQL Server count it: UTF-16 units, so an emoji counts twice. -#}
{% macro utf16_length(column) -%}
    {{ adapter.dispatch('utf16_length')(column) }}
{%- endmacro %}

{% macro duckdb__utf16_length(column) -%}
    (length({{ column }}) + length(regexp_replace({{ column }}, '[\x{0}-\x{FFFF}]', '', 'g')))
{%- endmacro %}

{% macro spark__utf16_length(column) -%}
    (length({{ column }}) + length(regexp_replace({{ column }}, '[\\x{0}-\\x{FFFF}]', '')))
{%- endmacro %}


{#- A GUID of Finance; null where it is all zero, which is how Finance writes that there is none. -#}
{% macro set_guid(column) -%}
    nullif({{ as_guid(column) }}, '00000000-0000-0000-0000-000000000000')
{%- endmacro %}


{#- A GUID made from a name: the same name gives the same id, so that sending twice makes one row.

    text: SQL expression, begun with what it names, so that two kinds of rows never share an id.
    The MD5 of the text with the marks of a version 3 GUID. -#}
{% macro guid_of(text) -%}
    concat(
        substring(md5({{ text }}), 1, 8), '-',
        substring(md5({{ text }}), 9, 4), '-3',
        substring(md5({{ text }}), 14, 3), '-8',
        substring(md5({{ text }}), 18, 3), '-',
        substring(md5({{ text }}), 21, 12)
    )
{%- endmacro %}


{#- The ids of rows by a key, as Finance compares keys, as `compared_key`. A key that stands on two rows
    says nothing, so it is left out. -#}
{% macro only_row_by(model, key, id) -%}
    select
        {{ comparable(key) }} as compared_key,
        min({{ id }}) as {{ id }}
    from {{ ref(model) }}
    group by {{ comparable(key) }}
    having count(*) = 1
{%- endmacro %}
