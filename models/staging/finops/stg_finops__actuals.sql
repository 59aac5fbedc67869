-- Grain: one row per company and actual that the staging table of Finance holds.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'ProjCDSActualsImportEntity'),
            'dataAreaId, ActualId'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'ActualId']) }} as actual_row_id,
        lower(dataAreaId) as data_area_id,
        {{ set_guid('ActualId') }} as actual_id,
        nullif(ContractId, '') as sales_order_number,
        nullif(ProjectId, '') as project_number,
        {{ set_guid('TaskId') }} as task_id,
        {{ set_guid('TransactionCategory') }} as transaction_category_id,
        {{ set_guid('ContractingUnit') }} as contracting_unit_id,
        {{ set_guid('ResourceOperationUnitId') }} as resourcing_unit_id,
        nullif(lower(ProjectDataAreaId), '') as project_data_area_id,

        ---------- strings
        nullif(Description, '') as description,
        nullif(ExternalDescription, '') as external_description,
        nullif(ExternalReference, '') as external_reference,
        nullif(Voucher, '') as voucher,
        nullif(TransactionCurrencyId, '') as currency_code,

        ---------- option sets
        BillingType as billing_type,
        TransType as transaction_type,
        TransactionClassification as transaction_classification_code,

        ---------- numerics
        cast(Amount as decimal(32, 6)) as amount,
        AmountMST as amount_in_accounting_currency,
        UnitPrice as unit_price,
        UnitPriceMST as unit_price_in_accounting_currency,
        cast(Quantity as decimal(32, 6)) as quantity,
        ExchangeRate as exchange_rate,

        ---------- booleans
        coalesce(IsJournalized = 'Yes', false) as is_journalized,

        ---------- dates and timestamps
        {{ set_day('AccountingDate') }} as accounting_date,
        {{ set_day('DocumentDate') }} as document_date,
        {{ set_day('ExchangeRateDate') }} as exchange_rate_date,
        {{ set_day('StartDate') }} as start_date,
        {{ set_day('EndDate') }} as end_date

    from source

)

select * from renamed
