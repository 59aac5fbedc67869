-- Grain: one row per price list that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'pricelevel'), 'pricelevelid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        pricelevelid as price_list_id,
        _transactioncurrencyid_value as currency_id,

        ---------- strings
        name as price_list_name,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
