-- Grain: one row per symbol of Finance, with the unit of Dataverse it stands for: value map `unit` read
-- backwards.
with

default_unit_groups as (

    select unit_group_id
    from {{ ref('stg_dataverse__unit_groups') }}
    where
        lower(trim(unit_group_name))
        = lower(trim({{ constant('dataverse__products', 'defaultuomscheduleid') }}))

),

-- Dataverse takes a unit for a product only out of the product's own group
units as (

    select
        units.unit_id,
        units.unit_name,
        default_unit_groups.unit_group_id,
        {{ mapped_value('unit', 'units.unit_name') }} as symbol,
        unit_map.target_value is not null as has_line

    from {{ ref('stg_dataverse__units') }} as units

    left join default_unit_groups
        on units.unit_group_id = default_unit_groups.unit_group_id

    {{ join_value_map('unit', 'units.unit_name') }}

    where units.unit_group_id is null or default_unit_groups.unit_group_id is not null

),

-- a line of the map goes before a unit that is called like the symbol
ranked as (

    select
        *,
        lower(trim(symbol)) as compared_symbol,
        row_number() over (
            partition by lower(trim(symbol))
            order by
                case when unit_group_id is null then 1 else 0 end,
                case when has_line then 0 else 1 end,
                unit_name,
                unit_id
        ) as unit_rank
    from units
    where symbol is not null

),

final as (

    select
        compared_symbol,
        unit_id,
        unit_group_id
    from ranked
    where unit_rank = 1

)

select * from final
