-- Grain: one row per relationship of Finance, sent to Dataverse as a connection, filtered or rejected.
with

relationships as (

    select * from {{ ref('stg_finops__transaction_relationships') }}

),

connections as (

    select * from {{ ref('stg_dataverse__transaction_connections') }}

),

-- what the template wrote stays described, so that it is not taken for a row that left
written_before as (

    select distinct {{ payload_member('payload', 'msdyn_transactionconnectionid') }} as connection_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model = 'dataverse__transaction_connections'

),

sent_before as (

    select distinct source_id as connection_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model = 'finops__actual_relationships'

),

own_actuals as (

    select actual_id from {{ ref('stg_dataverse__actuals') }}

),

posted_actuals as (

    select
        actual_id,
        max(case when filter_reason is null then 1 else 0 end) = 0 as is_filtered,
        max(case when {{ is_sent() }} then 1 else 0 end) = 1 as is_sent
    from {{ ref('int_posted_actuals_checked') }}
    group by actual_id

),

looked_up as (

    select
        relationships.*,
        own_actuals1.actual_id is not null as is_actual1_in_dataverse,
        own_actuals2.actual_id is not null as is_actual2_in_dataverse,
        own_actuals1.actual_id is not null or coalesce(posted_actuals1.is_sent, false) as is_actual1_known,
        own_actuals2.actual_id is not null or coalesce(posted_actuals2.is_sent, false) as is_actual2_known,
        case
            when
                coalesce(lower(trim(relationships.transaction1_type)), '') <> 'msdyn_actual'
                or coalesce(lower(trim(relationships.transaction2_type)), '') <> 'msdyn_actual'
                then 'not_between_actuals'
            when connections.connection_id is not null and written_before.connection_id is null
                then 'already_in_dataverse'
            -- one that was deleted there since is not made again
            when sent_before.connection_id is not null and written_before.connection_id is null
                then 'came_from_dataverse'
            -- a tax that Finance has not posted yet
            when
                (own_actuals1.actual_id is null and posted_actuals1.is_filtered)
                or (own_actuals2.actual_id is null and posted_actuals2.is_filtered)
                then 'parent_filtered'
        end as filter_reason

    from relationships

    left join connections
        on relationships.connection_id = connections.connection_id

    left join written_before
        on relationships.connection_id = written_before.connection_id

    left join sent_before
        on relationships.connection_id = sent_before.connection_id

    left join own_actuals as own_actuals1
        on relationships.transaction1_id = own_actuals1.actual_id

    left join own_actuals as own_actuals2
        on relationships.transaction2_id = own_actuals2.actual_id

    left join posted_actuals as posted_actuals1
        on relationships.transaction1_id = posted_actuals1.actual_id

    left join posted_actuals as posted_actuals2
        on relationships.transaction2_id = posted_actuals2.actual_id

),

checked as (

    select
        'ProjCDSTransactionRelationshipImportEntity' as _source_table,
        relationship_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key(
                'connection_id', 'msdyn_transactionconnectionid', 'Finance has no id for the relationship'
            ),
            reject_missing('transaction1_id', 'msdyn_transaction1', 'the relationship has no first transaction'),
            reject_missing('transaction2_id', 'msdyn_transaction2', 'the relationship has no second transaction'),
            reject_not_in_dataverse('transaction1_id', 'is_actual1_known', 'msdyn_transaction1', 'Actual'),
            reject_not_in_dataverse('transaction2_id', 'is_actual2_known', 'msdyn_transaction2', 'Actual'),
            reject_missing(
                'transaction1_role', 'msdyn_transaction1role', 'the first transaction has no role'
            ),
            reject_missing(
                'transaction2_role', 'msdyn_transaction2role', 'the second transaction has no role'
            ),
            reject_too_long(
                'transaction1_role', 'msdyn_transaction1role', 'dataverse__transaction_connections'
            ),
            reject_too_long(
                'transaction2_role', 'msdyn_transaction2role', 'dataverse__transaction_connections'
            ),
        ]) }} as rejections,
        connection_id,
        transaction1_id,
        transaction1_role,
        transaction1_type,
        transaction2_id,
        transaction2_role,
        transaction2_type,
        -- those that the template is about to create
        case when not is_actual1_in_dataverse then transaction1_id end as parent_actual1_id,
        case when not is_actual2_in_dataverse then transaction2_id end as parent_actual2_id

    from looked_up

)

select * from checked
