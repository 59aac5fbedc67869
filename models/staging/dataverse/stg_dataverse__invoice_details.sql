-- Grain: one row per invoice detail that exists in the source.
with

source as (

    select *
    from {{ newest_version(source('dataverse', 'invoicedetail'), 'invoicedetailid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        invoicedetailid as invoice_detail_id,
        _invoiceid_value as invoice_id,
        _msdyn_agreement_value as agreement_id,

        ---------- strings
        productdescription as product_description,

        ---------- numerics
        sequencenumber as sequence_number,
        quantity,
        priceperunit as unit_price,
        manualdiscountamount as discount_amount,
        tax as tax_amount,
        extendedamount as extended_amount,

        ---------- booleans
        msdynce_hasagreementorigin as has_agreement_origin,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
