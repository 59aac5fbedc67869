-- Grain: one row per actual that is sent. Where Dataverse only repeats what came from Finance, a column has
-- what Finance accepted before: a voucher that came back is no news.
with

actuals as (

    select * from {{ ref('int_project_actuals_checked') }}
    where {{ is_sent() }}

),

remembered as (

    select * from {{ ref('int_actuals_remembered') }}
    where payload_to_finance is not null

),

without_echoes as (

    select
        actuals._source_table,
        actuals._source_id,
        actuals.data_area_id,

        ---------- ids
        actuals.actual_id,
        actuals.project_company,
        actuals.project_data_area_id,
        actuals.sales_order_number,
        case when actuals.is_category_linked then actuals.transaction_category_id end
            as parent_category_id,
        {{ without_echo(
            'actuals.project_number', 'ProjectId', 'string',
            [('actuals.project_id', 'msdyn_project', 'string')], is_required=true
        ) }} as project_number,
        {{ without_echo(
            'actuals.task_id', 'TaskId', 'string',
            [('actuals.task_id', 'msdyn_task', 'string')]
        ) }} as task_id,
        {{ without_echo(
            'actuals.transaction_category_id', 'TransactionCategory', 'string',
            [('actuals.transaction_category_id', 'msdyn_transactioncategory', 'string')]
        ) }} as transaction_category_id,
        {{ without_echo(
            'actuals.contracting_unit_id', 'ContractingUnit', 'string',
            [('actuals.contracting_unit_id', 'msdyn_contractorganizationalunitid', 'string')]
        ) }} as contracting_unit_id,
        {{ without_echo(
            'actuals.resourcing_unit_id', 'ResourceOperationUnitId', 'string',
            [('actuals.resourcing_unit_id', 'msdyn_resourceorganizationalunitid', 'string')]
        ) }} as resourcing_unit_id,

        ---------- strings
        {{ without_echo(
            'actuals.description', 'Description', 'string',
            [('actuals.description', 'msdyn_description', 'string')]
        ) }} as actual_description,
        {{ without_echo(
            'actuals.external_description', 'ExternalDescription', 'string',
            [('actuals.external_description', 'msdyn_externaldescription', 'string')]
        ) }} as external_description,
        {{ without_echo(
            'actuals.external_reference', 'ExternalReference', 'string',
            [('actuals.external_reference', 'msdyn_externalreferenceid', 'string')]
        ) }} as external_reference,
        {{ without_echo(
            'actuals.currency_code', 'TransactionCurrencyId', 'string',
            [('actuals.currency_id', 'transactioncurrencyid', 'string')], is_required=true
        ) }} as currency_code,

        ---------- option sets
        {{ without_echo(
            'actuals.billing_type', 'BillingType', 'string',
            [('actuals.billing_type_code', 'msdyn_billingtype', 'integer')], is_required=true
        ) }} as billing_type,
        {{ without_echo(
            'actuals.transaction_type', 'TransType', 'string',
            [('actuals.transaction_type_code', 'msdyn_transactiontypecode', 'integer')], is_required=true
        ) }} as transaction_type,
        {{ without_echo(
            'actuals.transaction_classification_code', 'TransactionClassification', 'bigint',
            [('actuals.transaction_classification_code', 'msdyn_transactionclassification', 'integer')],
            is_required=true
        ) }} as transaction_classification_code,

        ---------- numerics; what Dataverse works out of an amount is news only with the amount
        {{ without_echo(
            'actuals.quantity', 'Quantity', 'decimal(32, 6)',
            [('actuals.quantity', 'msdyn_quantity', 'decimal(23, 10)')]
        ) }} as quantity,
        {{ without_echo(
            'actuals.unit_price', 'UnitPrice', 'decimal(32, 6)',
            [('actuals.unit_price', 'msdyn_price', 'decimal(19, 4)')]
        ) }} as unit_price,
        {{ without_echo(
            'actuals.unit_price_in_accounting_currency', 'UnitPriceMST', 'decimal(32, 6)',
            [('actuals.unit_price', 'msdyn_price', 'decimal(19, 4)')]
        ) }} as unit_price_in_accounting_currency,
        {{ without_echo(
            'actuals.amount', 'Amount', 'decimal(32, 6)',
            [('actuals.amount', 'msdyn_amount', 'decimal(19, 4)')]
        ) }} as amount,
        {{ without_echo(
            'actuals.amount_in_accounting_currency', 'AmountMST', 'decimal(32, 6)',
            [('actuals.amount', 'msdyn_amount', 'decimal(19, 4)')]
        ) }} as amount_in_accounting_currency,
        {{ without_echo(
            'actuals.passed_exchange_rate', 'ExchangeRate', 'decimal(32, 16)',
            [
                ('actuals.unit_price', 'msdyn_price', 'decimal(19, 4)'),
                ('actuals.amount', 'msdyn_amount', 'decimal(19, 4)'),
            ]
        ) }} as exchange_rate,

        ---------- dates
        {{ without_echo(
            'actuals.accounting_date', 'AccountingDate', 'date',
            [('actuals.accounting_at', 'msdyn_accountingdate', 'timestamp')], is_required=true
        ) }} as accounting_date,
        {{ without_echo(
            'actuals.document_date', 'DocumentDate', 'date',
            [('actuals.document_at', 'msdyn_documentdate', 'timestamp')], is_required=true
        ) }} as document_date,
        {{ without_echo(
            'actuals.exchange_rate_date', 'ExchangeRateDate', 'date',
            [('actuals.exchange_rate_at', 'msdyn_exchangeratedate', 'timestamp')]
        ) }} as exchange_rate_date,
        {{ without_echo(
            'actuals.start_date', 'StartDate', 'date',
            [('actuals.start_at', 'msdyn_startdatetime', 'timestamp')]
        ) }} as start_date,
        {{ without_echo(
            'actuals.end_date', 'EndDate', 'date',
            [('actuals.end_at', 'msdyn_enddatetime', 'timestamp')]
        ) }} as end_date

    from actuals

    left join remembered
        on actuals.actual_id = remembered.actual_id

)

select * from without_echoes
