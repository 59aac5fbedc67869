-- Target: Integration entity for project contract line milestone.
-- One row per milestone of a fixed price line.
-- Column names are the target's own; nothing renames them after this.
with

milestones as (

    select * from {{ ref('int_project_contract_line_milestones_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        milestone_id as TransactionId,
        parent_line_id as ContractLineRef,
        invoice_date as InvoiceDate,
        milestone_name as Description,
        currency_code as CurrencyId,
        cast(milestone_amount as decimal(32, 6)) as Amount,

        -- never sent
        _source_table,
        _source_id

    from milestones

)

select * from final
