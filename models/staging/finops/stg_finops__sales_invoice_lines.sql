-- Grain: one row per invoice and line that exists in Finance.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'ExternallyMaintainedCustomerSalesInvoiceLines'),
            'dataAreaId, InvoiceNumber, InvoiceDate, LineCreationSequenceNumber, LedgerVoucher'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id([
            'dataAreaId', 'InvoiceNumber', 'InvoiceDate', 'LineCreationSequenceNumber', 'LedgerVoucher'
        ]) }} as sales_invoice_line_row_id,
        lower(dataAreaId) as data_area_id,
        InvoiceNumber as invoice_number,
        LedgerVoucher as voucher,
        nullif(ProductNumber, '') as product_number,

        ---------- strings
        nullif(ProductName, '') as product_name,
        nullif(SalesUnitSymbol, '') as unit_symbol,
        nullif(CurrencyCode, '') as currency_code,

        ---------- numerics
        LineCreationSequenceNumber as line_number,
        InvoicedQuantity as quantity,
        SalesPrice as unit_price,
        LineTotalDiscountAmount as discount_amount,
        LineAmount as line_amount,
        LineTotalTaxAmount as tax_amount,

        ---------- dates and timestamps
        {{ set_day('cast(InvoiceDate as date)') }} as invoice_date

    from source

)

select * from renamed
