-- Grain: one row per invoice that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'invoice'), 'invoiceid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        invoiceid as invoice_id,
        invoicenumber as invoice_number,
        _customerid_value as customer_id,
        _transactioncurrencyid_value as currency_id,
        _owningbusinessunit_value as business_unit_id,

        ---------- option sets
        statecode as state_code,

        ---------- numerics
        totalamount as total_amount,
        totaltax as total_tax_amount,
        totaldiscountamount as total_discount_amount,
        discountamount as invoice_discount_amount,
        freightamount as freight_amount,

        ---------- booleans
        msdynce_haslineswithagreementorigin as has_agreement_lines,

        ---------- dates and timestamps
        duedate as due_date,
        msdyn_invoicedate as invoice_at,
        msdynce_invoicedate as finance_invoice_at,
        modifiedon as modified_at

    from source

)

select * from renamed
