-- Grain: one row per relationship between two transactions that exists in Finance.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'ProjCDSTransactionRelationshipImportEntity'),
            'ConnectionId'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['ConnectionId']) }} as relationship_row_id,
        {{ set_guid('ConnectionId') }} as connection_id,
        {{ set_guid('Transaction1Id') }} as transaction1_id,
        {{ set_guid('Transaction2Id') }} as transaction2_id,

        ---------- strings
        nullif(Transaction1Role, '') as transaction1_role,
        nullif(Transaction1Type, '') as transaction1_type,
        nullif(Transaction2Role, '') as transaction2_role,
        nullif(Transaction2Type, '') as transaction2_type

    from source

)

select * from renamed
