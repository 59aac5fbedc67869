-- Grain: one row per company and line of a product receipt.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'VendProductReceiptLineEntity'),
            'dataAreaId, RecordId'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'RecordId']) }} as product_receipt_line_row_id,
        lower(dataAreaId) as data_area_id,
        {{ source_row_id(['dataAreaId', 'ProductReceiptHeaderRecordId']) }} as product_receipt_row_id,
        {{ source_row_id(['dataAreaId', 'PurchaseOrderNumber']) }} as purchase_order_row_id,
        ProductReceiptHeaderRecordId as product_receipt_record_id,
        nullif(PurchaseOrderNumber, '') as purchase_order_number,
        -- the engines cut and round in their own ways
        cast(round(PurchaseOrderLineNumber, 0) as bigint) as line_number,
        nullif(ReceivingWarehouseId, '') as receiving_warehouse_id,

        ---------- numerics
        ReceivedPurchaseQuantity as received_quantity

    from source

)

select * from renamed
