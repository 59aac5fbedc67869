-- Target: msdyn_transactionconnection. One row per connection of actuals that begins in Finance.
-- Column names are the target's own; nothing renames them after this.
with

connections as (

    select * from {{ ref('int_transaction_connections_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        connection_id as msdyn_transactionconnectionid,
        transaction1_id as msdyn_transaction1,
        transaction1_role as msdyn_transaction1role,
        transaction1_type as msdyn_transaction1type,
        transaction2_id as msdyn_transaction2,
        transaction2_role as msdyn_transaction2role,
        transaction2_type as msdyn_transaction2type,

        -- never sent
        parent_actual1_id as _parent_actual1,
        parent_actual2_id as _parent_actual2,
        _source_table,
        _source_id

    from connections

)

select * from final
