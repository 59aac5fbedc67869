-- Target: Purchase order headers V2. One row per order that Dataverse made and Finance has not confirmed.
-- Column names are the target's own; nothing renames them after this.
with

purchase_orders as (

    select * from {{ ref('int_purchase_order_headers_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        purchase_order_number as PurchaseOrderNumber,
        finance_vendor_number as OrderVendorAccountNumber,
        finance_invoice_vendor_number as InvoiceVendorAccountNumber,
        currency_code as CurrencyCode,
        finance_warehouse_id as DefaultReceivingWarehouseId,
        requested_delivery_date as RequestedDeliveryDate,

        -- never sent
        _source_table,
        _source_id

    from purchase_orders

)

select * from final
