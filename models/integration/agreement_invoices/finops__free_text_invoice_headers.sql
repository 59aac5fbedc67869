-- Target: CDS customer free text invoice headers. One row per invoice with agreement lines.
-- Column names are the target's own; nothing renames them after this.
with

invoices as (

    select * from {{ ref('int_free_text_invoice_headers_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        invoice_number as ExternalInvoiceId,
        customer_number as CustomerAccount,
        customer_number as InvoiceAccount,
        currency_code as CurrencyCode,
        invoice_date as InvoiceDate,
        due_date as DueDate,
        {{ constant('finops__free_text_invoice_headers', 'InvoiceOriginType') }}
            as InvoiceOriginType,

        -- never sent
        parent_account_number as _parent_customer,
        parent_contact_number as _parent_contact,
        coalesce(state_code = 3, false) as _is_cancelled,
        _source_table,
        _source_id

    from invoices

)

select * from final
