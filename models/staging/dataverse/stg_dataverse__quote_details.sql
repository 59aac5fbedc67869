-- Grain: one row per quote line that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'quotedetail'), 'quotedetailid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        quotedetailid as quote_detail_id,
        _quoteid_value as quote_id,
        _productid_value as product_id,
        _uomid_value as unit_id,

        ---------- numerics
        sequencenumber as sequence_number,
        quantity,
        priceperunit as unit_price,
        manualdiscountamount as discount_amount,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
