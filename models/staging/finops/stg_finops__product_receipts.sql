-- Grain: one row per company and product receipt.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'VendProductReceiptHeaderEntity'),
            'dataAreaId, RecordId'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'RecordId']) }} as product_receipt_row_id,
        lower(dataAreaId) as data_area_id,
        {{ source_row_id(['dataAreaId', 'PurchaseOrderNumber']) }} as purchase_order_row_id,
        nullif(PurchaseOrderNumber, '') as purchase_order_number,
        nullif(ProductReceiptNumber, '') as product_receipt_number,

        ---------- strings
        nullif(AttentionInformation, '') as attention_information,

        ---------- dates
        {{ set_day('ProductReceiptDate') }} as product_receipt_date

    from source

)

select * from renamed
