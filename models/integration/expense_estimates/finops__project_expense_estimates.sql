-- Target: Integration entity for project expense estimates. One row per cost or sales line of an expense.
-- Column names are the target's own; nothing renames them after this.
with

estimates as (

    select * from {{ ref('int_expense_estimates_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        estimate_line_id as EstimateLineId,
        project_number as ProjectId,
        task_id as TaskId,
        transaction_category_id as TransactionCategory,
        line_description as Description,
        accounting_date as DocumentDate,
        transaction_type as TransType,
        billing_type as BillingType,
        currency_code as CurrencyId,
        cast(
            case
                when '{{ var("estimate_exchange_rate") }}' = 'pass' then exchange_rate
            end as decimal(32, 16)
        ) as ExchangeRate,
        cast(quantity as decimal(32, 6)) as Quantity,
        cast(unit_price as decimal(32, 6)) as Price,
        {{ constant('finops__project_expense_estimates', 'ModelId') }} as ModelId,

        -- never sent
        _source_table,
        _source_id

    from estimates

)

select * from final
