-- Grain: one row per symbol of a unit in Finance, with the unit of Dataverse it means: value map `unit` read
-- backwards. A symbol that two units go by means neither, unless the map names one of them.
with

units as (

    select * from {{ ref('stg_dataverse__units') }}

),

with_symbol as (

    select
        units.unit_id,
        {{ comparable(mapped_value('unit', 'units.unit_name')) }} as compared_symbol,
        case when unit_map.target_value is not null then units.unit_id end as named_unit_id

    from units

    {{ join_value_map('unit', 'units.unit_name') }}

),

by_symbol as (

    select
        compared_symbol,
        case
            when count(named_unit_id) = 1 then min(named_unit_id)
            when count(*) = 1 then min(unit_id)
        end as unit_id
    from with_symbol
    where compared_symbol is not null
    group by compared_symbol

)

select * from by_symbol
