-- Target: msdynce_externalproductinventory. One row per product and warehouse with stock in Finance.
-- Column names are the target's own; nothing renames them after this.
with

levels as (

    select * from {{ ref('int_external_product_inventories_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        external_product_inventory_id as msdynce_externalproductinventoryid,
        product_number as msdynce_productnumber,
        warehouse_name as msdynce_warehouseid,
        product_id as msdynce_product,
        warehouse_id as msdynce_warehouse,
        cast(on_hand_quantity as decimal(23, 2)) as msdynce_onhandquantity,
        cast(on_order_quantity as decimal(23, 2)) as msdynce_onorderquantity,
        cast(ordered_quantity as decimal(23, 2)) as msdynce_orderedquantity,

        -- never sent
        parent_product_id as _parent_product,
        parent_warehouse_id as _parent_warehouse,
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from levels

)

select * from final
