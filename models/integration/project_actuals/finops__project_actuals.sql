-- Target: Integration entity for project actuals. One row per actual in scope.
-- Column names are the target's own; nothing renames them after this.
with

actuals as (

    select * from {{ ref('int_project_actuals_without_echoes') }}

),

final as (

    select
        data_area_id as dataAreaId,
        actual_id as ActualId,
        project_number as ProjectId,
        sales_order_number as ContractId,
        task_id as TaskId,
        transaction_category_id as TransactionCategory,
        contracting_unit_id as ContractingUnit,
        resourcing_unit_id as ResourceOperationUnitId,
        project_data_area_id as ProjectDataAreaId,
        actual_description as Description,
        external_description as ExternalDescription,
        external_reference as ExternalReference,
        currency_code as TransactionCurrencyId,
        billing_type as BillingType,
        transaction_type as TransType,
        cast(transaction_classification_code as bigint) as TransactionClassification,
        cast(quantity as decimal(32, 6)) as Quantity,
        cast(unit_price as decimal(32, 6)) as UnitPrice,
        cast(unit_price_in_accounting_currency as decimal(32, 6)) as UnitPriceMST,
        cast(amount as decimal(32, 6)) as Amount,
        cast(amount_in_accounting_currency as decimal(32, 6)) as AmountMST,
        cast(exchange_rate as decimal(32, 16)) as ExchangeRate,
        accounting_date as AccountingDate,
        document_date as DocumentDate,
        exchange_rate_date as ExchangeRateDate,
        start_date as StartDate,
        end_date as EndDate,

        -- never sent
        project_company as _project_company,
        parent_category_id as _parent_category,
        _source_table,
        _source_id

    from actuals

)

select * from final
