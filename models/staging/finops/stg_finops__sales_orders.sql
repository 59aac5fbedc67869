-- Grain: one row per company and sales order that exists in Finance, whoever made it.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'CDSSalesOrderHeaders'),
            'dataAreaId, SalesOrderNumber'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'SalesOrderNumber']) }} as sales_order_row_id,
        lower(dataAreaId) as data_area_id,
        SalesOrderNumber as sales_order_number,
        nullif(OrderingCustomerAccountNumber, '') as customer_number,

        ---------- strings
        nullif(SalesOrderName, '') as sales_order_name,
        nullif(CustomersOrderReference, '') as customers_order_reference,
        nullif(CurrencyCode, '') as currency_code,
        nullif(DeliveryAddressStreet, '') as delivery_street,
        nullif(DeliveryAddressStreetNumber, '') as delivery_street_number,
        nullif(DeliveryAddressCity, '') as delivery_city,
        nullif(DeliveryAddressZipCode, '') as delivery_zip_code,
        nullif(DeliveryAddressStateId, '') as delivery_state,
        nullif(DeliveryAddressCountryRegionISOCode, '') as delivery_country_code,
        nullif(InvoiceAddressStreet, '') as invoice_street,
        nullif(InvoiceAddressStreetNumber, '') as invoice_street_number,
        nullif(InvoiceAddressCity, '') as invoice_city,
        nullif(InvoiceAddressZipCode, '') as invoice_zip_code,
        nullif(InvoiceAddressStateId, '') as invoice_state,
        nullif(InvoiceAddressCountryRegionId, '') as invoice_country_region,

        ---------- enumerations
        nullif(SalesOrderProcessingStatus, '') as processing_status,
        nullif(SalesOrderOriginType, '') as origin_type,

        ---------- numerics
        OrderTotalAmount as total_amount,
        TotalDiscountAmount as discount_amount,
        OrderTotalTaxAmount as total_tax_amount,
        OrderTotalChargesAmount as charges_amount,
        OrderHeaderTaxAmount as header_tax_amount,

        ---------- booleans
        coalesce(OrderingCustomerIsExternallyMaintained = 'Yes', false)
            as is_ordering_customer_maintained_externally,
        coalesce(InvoiceCustomerIsExternallyMaintained = 'Yes', false)
            as is_invoice_customer_maintained_externally,
        coalesce(AreTotalsUpdated = 'Yes', false) as are_totals_updated

    from source

)

select * from renamed
