-- Grain: one row per company, invoice number, date and voucher that exists in Finance.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'ExternallyMaintainedCustomerSalesInvoiceHeaders'),
            'dataAreaId, InvoiceNumber, InvoiceDate, LedgerVoucher'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id([
            'dataAreaId', 'InvoiceNumber', 'InvoiceDate', 'LedgerVoucher'
        ]) }} as sales_invoice_row_id,
        lower(dataAreaId) as data_area_id,
        InvoiceNumber as invoice_number,
        LedgerVoucher as voucher,
        nullif(SalesOrderNumber, '') as sales_order_number,
        nullif(InvoiceCustomerAccountNumber, '') as customer_number,

        ---------- strings
        nullif(InvoiceAddressStreet, '') as invoice_street,
        nullif(InvoiceAddressStreetNumber, '') as invoice_street_number,
        nullif(InvoiceAddressCity, '') as invoice_city,
        nullif(InvoiceAddressZipCode, '') as invoice_zip_code,
        nullif(InvoiceAddressState, '') as invoice_state,
        nullif(InvoiceAddressCountryRegionISOCode, '') as invoice_country_code,
        nullif(CustomersOrderReference, '') as customers_order_reference,
        nullif(TotalDiscountCustomerGroupCode, '') as discount_group_code,
        nullif(CurrencyCode, '') as currency_code,

        ---------- enumerations
        nullif(SalesOrderOriginType, '') as origin_type,

        ---------- numerics
        TotalInvoiceAmount as total_amount,
        TotalChargeAmount as charges_amount,
        TotalDiscountAmount as total_discount_amount,
        TotalTaxAmount as total_tax_amount,

        ---------- dates and timestamps
        {{ set_day('cast(InvoiceDate as date)') }} as invoice_date

    from source

)

select * from renamed
