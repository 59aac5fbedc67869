-- Grain: one row per source row whose newest version is a tombstone.
-- It reads every table, because a deletion is the same fact in all of them.
{%- set tables = turns(source_tables_of('dataverse')) %}
with

{% for table in tables -%}
{{ table.table }}_tombstones as (

    select
        '{{ table.table }}' as source_table,
        {{ table.primary_key }} as source_id
    from {{ newest_version(source('dataverse', table.table), table.primary_key) }} as newest
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
