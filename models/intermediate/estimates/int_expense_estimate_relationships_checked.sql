-- Grain: one row per transaction connection, sent as a relationship of estimates, filtered or rejected.
with

relationships as (

    select
        connection_id,
        {{ as_guid('transaction1_text') }} as transaction1_id,
        {{ as_guid('transaction2_text') }} as transaction2_id,
        nullif(trim(transaction1_text), '') as transaction1_text,
        nullif(trim(transaction2_text), '') as transaction2_text,
        nullif(trim(transaction1_role), '') as transaction1_role,
        nullif(trim(transaction1_type), '') as transaction1_type,
        nullif(trim(transaction2_role), '') as transaction2_role,
        nullif(trim(transaction2_type), '') as transaction2_type,
        coalesce(lower(trim(transaction1_type)) = 'msdyn_estimateline', false) as is_from_an_estimate,
        coalesce(lower(trim(transaction2_type)) = 'msdyn_estimateline', false) as is_to_an_estimate
    from {{ ref('stg_dataverse__transaction_connections') }}

),

lines as (

    select
        estimate_line_id,
        filter_reason,
        {{ is_sent() }} as is_line_sent
    from {{ ref('int_expense_estimates_checked') }}

),

looked_up as (

    select
        relationships.*,
        first_lines.is_line_sent as is_first_sent,
        -- of another kind of transaction we only know what an id looks like
        case
            when relationships.is_to_an_estimate then second_lines.is_line_sent
            else relationships.transaction2_id is not null
        end as is_second_known,
        case
            when not relationships.is_from_an_estimate then 'not_an_estimate'
            -- the pairs of time and material lines stay here with their lines
            when
                first_lines.filter_reason is not null or second_lines.filter_reason is not null
                then 'parent_filtered'
        end as filter_reason

    from relationships

    left join lines as first_lines
        on relationships.transaction1_id = first_lines.estimate_line_id

    left join lines as second_lines
        on
            relationships.transaction2_id = second_lines.estimate_line_id
            and relationships.is_to_an_estimate

),

checked as (

    select
        'msdyn_transactionconnection' as _source_table,
        connection_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing('transaction1_text', 'Transaction1Id', 'the connection has no first end'),
            reject_missing_parent(
                'transaction1_text', 'is_first_sent', 'Transaction1Id', 'Estimate line'
            ),
            reject_missing('transaction1_role', 'Transaction1Role', 'the first end has no role'),
            reject_missing('transaction2_text', 'Transaction2Id', 'the connection has no second end'),
            reject_missing_parent(
                'transaction2_text', 'is_second_known', 'Transaction2Id', 'Transaction'
            ),
            reject_missing('transaction2_role', 'Transaction2Role', 'the second end has no role'),
            reject_missing('transaction2_type', 'Transaction2Type', 'the second end has no type'),
        ]) }} as rejections,
        connection_id,
        transaction1_id,
        transaction1_role,
        transaction1_type,
        transaction2_id,
        transaction2_role,
        transaction2_type

    from looked_up

)

select * from checked
