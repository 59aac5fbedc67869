-- Grain: one row per transaction connection that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_transactionconnection'),
            'msdyn_transactionconnectionid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_transactionconnectionid as connection_id,
        msdyn_transaction1 as transaction1_id,
        msdyn_transaction2 as transaction2_id,

        ---------- strings
        msdyn_transaction1role as transaction1_role,
        msdyn_transaction1type as transaction1_type,
        msdyn_transaction2role as transaction2_role,
        msdyn_transaction2type as transaction2_type,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
