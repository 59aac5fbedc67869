-- Target: msdyn_purchaseorderreceipt. One row per product receipt of such a purchase order.
-- Column names are the target's own; nothing renames them after this.
with

receipts as (

    select * from {{ ref('int_purchase_order_receipts_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        purchase_order_receipt_id as msdyn_purchaseorderreceiptid,
        product_receipt_number as msdyn_name,
        purchase_order_id as msdyn_purchaseorder,
        received_at as msdyn_datereceived,
        attention_information as msdyn_note,

        -- never sent
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from receipts

)

select * from final
