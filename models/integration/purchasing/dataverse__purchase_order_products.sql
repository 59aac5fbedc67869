-- Target: msdyn_purchaseorderproduct. One row per line with a product of such a purchase order.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_purchase_order_products_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        purchase_order_product_id as msdyn_purchaseorderproductid,
        purchase_order_id as msdyn_purchaseorder,
        cast(line_number as integer) as msdyn_lineorder,
        product_id as msdyn_product,
        quantity as msdyn_quantity,
        unit_id as msdyn_unit,
        cast(purchase_price as decimal(19, 4)) as msdyn_unitcost,
        cast(line_amount as decimal(19, 4)) as msdyn_lineamount,
        line_description as msdyn_description,
        warehouse_id as msdyn_associatetowarehouse,
        expected_at as msdyn_dateexpected,

        -- never sent
        is_in_dataverse as _exists_in_target,
        parent_product_id as _parent_product,
        parent_warehouse_id as _parent_warehouse,
        _source_table,
        _source_id

    from lines

)

select * from final
