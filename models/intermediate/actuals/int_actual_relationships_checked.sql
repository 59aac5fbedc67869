-- Grain: one row per transaction connection of Dataverse, sent as a relationship of actuals, filtered or
-- rejected.
with

connections as (

    select
        connection_id,
        nullif(trim(transaction1_text), '') as transaction1_text,
        nullif(trim(transaction1_role), '') as transaction1_role,
        transaction1_type,
        {{ as_guid('transaction1_text') }} as actual1_id,
        nullif(trim(transaction2_text), '') as transaction2_text,
        nullif(trim(transaction2_role), '') as transaction2_role,
        transaction2_type,
        {{ as_guid('transaction2_text') }} as actual2_id
    from {{ ref('stg_dataverse__transaction_connections') }}

),

actuals as (

    select
        actual_id,
        filter_reason,
        {{ is_sent() }} as is_actual_sent
    from {{ ref('int_project_actuals_checked') }}

),

-- by the id that the back-flow chose
came_from_finance as (

    select distinct {{ payload_member('payload', 'msdyn_transactionconnectionid') }} as connection_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model = 'dataverse__transaction_connections'

),

looked_up as (

    select
        connections.*,
        actuals1.is_actual_sent as is_actual1_sent,
        actuals2.is_actual_sent as is_actual2_sent,
        case
            when
                coalesce(lower(trim(connections.transaction1_type)), '') <> 'msdyn_actual'
                or coalesce(lower(trim(connections.transaction2_type)), '') <> 'msdyn_actual'
                then 'not_between_actuals'
            when came_from_finance.connection_id is not null then 'came_from_finance'
            when coalesce(actuals1.filter_reason, actuals2.filter_reason) is not null
                then 'parent_filtered'
        end as filter_reason

    from connections

    left join actuals as actuals1
        on connections.actual1_id = actuals1.actual_id

    left join actuals as actuals2
        on connections.actual2_id = actuals2.actual_id

    left join came_from_finance
        on connections.connection_id = came_from_finance.connection_id

),

checked as (

    select
        'msdyn_transactionconnection' as _source_table,
        connection_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing('transaction1_text', 'Transaction1Id', 'the connection has no first transaction'),
            reject_missing('transaction2_text', 'Transaction2Id', 'the connection has no second transaction'),
            reject_missing_parent('transaction1_text', 'is_actual1_sent', 'Transaction1Id', 'Actual'),
            reject_missing_parent('transaction2_text', 'is_actual2_sent', 'Transaction2Id', 'Actual'),
            reject_missing('transaction1_role', 'Transaction1Role', 'give the transaction a role'),
            reject_missing('transaction2_role', 'Transaction2Role', 'give the transaction a role'),
        ]) }} as rejections,
        connection_id,
        actual1_id,
        transaction1_role,
        'msdyn_actual' as transaction1_type,
        actual2_id,
        transaction2_role,
        'msdyn_actual' as transaction2_type

    from looked_up

)

select * from checked
