-- Target: msdyn_purchaseorderreceiptproduct. One row per line of such a product receipt.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_purchase_order_receipt_products_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        purchase_order_receipt_product_id as msdyn_purchaseorderreceiptproductid,
        purchase_order_receipt_id as msdyn_purchaseorderreceipt,
        purchase_order_product_id as msdyn_purchaseorderproduct,
        purchase_order_id as msdyn_purchaseorder,
        cast(received_quantity as decimal(23, 10)) as msdyn_quantity,
        warehouse_id as msdyn_associatetowarehouse,

        -- never sent
        is_in_dataverse as _exists_in_target,
        parent_warehouse_id as _parent_warehouse,
        _source_table,
        _source_id

    from lines

)

select * from final
