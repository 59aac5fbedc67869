-- Grain: one row per transaction category that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_transactioncategory'),
            'msdyn_transactioncategoryid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_transactioncategoryid as transaction_category_id,

        ---------- strings
        msdyn_name as category_name,

        ---------- option sets
        msdyn_billingtype as billing_type_code,
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
