-- Grain: one row per quote that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'quote'), 'quoteid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        quoteid as quote_id,
        quotenumber as quote_number,
        _customerid_value as customer_id,
        _transactioncurrencyid_value as currency_id,
        _owningbusinessunit_value as business_unit_id,

        ---------- strings
        name as quote_name,
        shipto_line1 as ship_to_line1,
        shipto_city as ship_to_city,
        shipto_stateorprovince as ship_to_state,
        shipto_country as ship_to_country,
        billto_line2 as bill_to_line2,
        billto_postalcode as bill_to_zip_code,

        ---------- option sets
        statecode as state_code,

        ---------- numerics
        totalamount as total_amount,

        ---------- booleans
        msdynce_hasexternallymaintainedproductsonly as has_externally_maintained_products_only,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
