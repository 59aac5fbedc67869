-- Target: msdyn_warehouse. One row per warehouse of Finance that the seed warehouses brings to Dataverse.
-- Column names are the target's own; nothing renames them after this.
with

warehouses as (

    select * from {{ ref('int_warehouses_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        warehouse_id as msdyn_warehouseid,
        warehouse_name as msdyn_name,
        warehouse_description as msdyn_description,
        cast({{ constant('dataverse__warehouses', 'msdynce_ismaintainedexternally') }} as boolean)
            as msdynce_ismaintainedexternally,

        -- never sent
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from warehouses

)

select * from final
