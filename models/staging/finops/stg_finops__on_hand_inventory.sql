-- Grain: one row per company, product, site and warehouse.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'InventWarehouseOnHandCDSEntity'),
            'dataAreaId, ProductNumber, InventorySiteId, InventoryWarehouseId'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'ProductNumber', 'InventorySiteId', 'InventoryWarehouseId']) }}
            as on_hand_row_id,
        lower(dataAreaId) as data_area_id,
        ProductNumber as product_number,
        InventorySiteId as site_id,
        InventoryWarehouseId as warehouse_id,

        ---------- numerics
        OnHandQuantity as on_hand_quantity,
        OnOrderQuantity as on_order_quantity,
        OrderedQuantity as ordered_quantity

    from source

)

select * from renamed
