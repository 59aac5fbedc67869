-- Target: Integration entity for project contract line. One row per project line of a contract.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_project_contract_lines_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        sales_order_number as ContractId,
        cast(sequence_number as integer) as ContractLine,
        sales_order_detail_id as TransactionId,
        contract_line_type as Type,
        product_description as Description,
        project_number as ProjectId,

        -- never sent
        _source_table,
        _source_id

    from lines

)

select * from final
