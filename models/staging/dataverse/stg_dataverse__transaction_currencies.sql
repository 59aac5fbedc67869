-- Grain: one row per currency that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'transactioncurrency'),
            'transactioncurrencyid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        transactioncurrencyid as currency_id,

        ---------- strings
        isocurrencycode as currency_code,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
