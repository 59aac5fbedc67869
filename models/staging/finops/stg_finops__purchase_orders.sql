-- Grain: one row per company and purchase order that exists in Finance, whoever made it.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'PurchaseOrderHeadersV2'),
            'dataAreaId, PurchaseOrderNumber'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'PurchaseOrderNumber']) }} as purchase_order_row_id,
        lower(dataAreaId) as data_area_id,
        PurchaseOrderNumber as purchase_order_number,
        nullif(OrderVendorAccountNumber, '') as vendor_number,
        nullif(InvoiceVendorAccountNumber, '') as invoice_vendor_number,
        nullif(DefaultReceivingWarehouseId, '') as receiving_warehouse_id,

        ---------- strings
        nullif(CurrencyCode, '') as currency_code,
        nullif(DeliveryAddressName, '') as address_name,
        nullif(DeliveryAddressStreet, '') as address_street,
        nullif(DeliveryAddressStreetNumber, '') as address_street_number,
        nullif(DeliveryAddressCity, '') as address_city,
        nullif(DeliveryAddressStateId, '') as address_state,
        nullif(DeliveryAddressZipCode, '') as address_zip_code,
        nullif(DeliveryAddressCountryRegionISOCode, '') as address_country_code,

        ---------- booleans
        -- what was received or invoiced has been confirmed before
        coalesce(DocumentApprovalStatus in ('Confirmed', 'Finalized'), false)
        or coalesce(PurchaseOrderStatus in ('Received', 'Invoiced'), false) as is_confirmed,
        coalesce(PurchaseOrderStatus = 'Canceled', false) as is_canceled,

        ---------- dates
        {{ set_day('RequestedDeliveryDate') }} as requested_delivery_date

    from source

)

select * from renamed
