-- Target: Integration entity for project transaction relationships. One row per connection of two actuals.
-- Column names are the target's own; nothing renames them after this.
with

relationships as (

    select * from {{ ref('int_actual_relationships_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        connection_id as ConnectionId,
        actual1_id as Transaction1Id,
        transaction1_role as Transaction1Role,
        transaction1_type as Transaction1Type,
        actual2_id as Transaction2Id,
        transaction2_role as Transaction2Role,
        transaction2_type as Transaction2Type,

        -- never sent
        _source_table,
        _source_id

    from relationships

)

select * from final
