-- Grain: one row per row of Finance whose newest version is a tombstone.
{%- set tables = turns(source_tables_of('finops')) %}
with

{% for table in tables -%}
{{ table.table }}_tombstones as (

    select
        '{{ table.table }}' as source_table,
        {{ source_row_id(table.primary_key) }} as source_id
    from {{ newest_version(source('finops', table.table), table.primary_key | join(', ')) }} as newest
    where _is_deleted

),

{% endfor -%}
united as (

    {% for table in tables -%}
    select * from {{ table.table }}_tombstones
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
)

select * from united
