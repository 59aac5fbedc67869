-- Grain: one row per actual, sent, filtered or rejected.
with

actuals as (

    select * from {{ ref('int_actuals_joined_to_parents') }}

),

line_properties as (

    select * from {{ ref('line_properties') }}

),

translated as (

    select
        actuals.*,
        coalesce(line_properties.has_line_property, false) as has_line_property,
        {{ company_date('actuals.accounting_at', 'actuals.time_zone') }} as accounting_date,
        {{ company_date('actuals.document_at', 'actuals.time_zone') }} as document_date,
        {{ company_date('actuals.exchange_rate_at', 'actuals.time_zone') }} as exchange_rate_date,
        {{ date_in_zone('actuals.start_at', 'actuals.time_zone') }} as start_date,
        {{ date_in_zone('actuals.end_at', 'actuals.time_zone') }} as end_date,
        -- what is in the base currency of Dataverse is in the accounting currency of some companies only
        case
            when upper(actuals.accounting_currency) = '{{ var("dataverse_base_currency") | upper }}'
                then actuals.amount_in_base_currency
        end as amount_in_accounting_currency,
        case
            when upper(actuals.accounting_currency) = '{{ var("dataverse_base_currency") | upper }}'
                then actuals.unit_price_in_base_currency
        end as unit_price_in_accounting_currency,
        case
            when '{{ var("actual_exchange_rate") }}' = 'pass' then actuals.exchange_rate
        end as passed_exchange_rate

    from actuals

    left join line_properties
        on actuals.billing_type = line_properties.billing_type

),

checked as (

    select
        'msdyn_actual' as _source_table,
        actual_id as _source_id,
        {{ list_of([
            reject(
                "scope_action = 'reject'", 'unmapped_value', 'TransactionClassification',
                'transaction_classification_code',
                "concat('seeds/actuals_scope.csv sends no ', sign, ' amounts of classification ', "
                ~ "coalesce(cast(transaction_classification_code as string), '(none)'), ' and type ', "
                ~ "coalesce(cast(transaction_type_code as string), '(none)'), '. Decide there: send or filter.')"
            ),
            reject_unmapped_company(
                'data_area_id', 'resourcing_unit_name', "'no rule names the resourcing unit'"
            ),
            reject(
                'is_project_company_unmapped', 'unmapped_company', 'ProjectDataAreaId',
                'contracting_unit_name',
                "concat('No company: no rule names the contracting unit', "
                ~ "coalesce(' (' || contracting_unit_name || ')', ''), "
                ~ "'. Add a line to seeds/company_rules.csv.')"
            ),
            reject_missing('project_id', 'ProjectId', 'the actual belongs to no project'),
            reject_missing_parent('project_id', 'project_number is not null', 'ProjectId', 'Project'),
            reject_missing_parent(
                'sales_order_id', 'sales_order_number is not null', 'ContractId', 'Contract'
            ),
            reject_missing_parent('task_id', 'is_task_sent', 'TaskId', 'Task'),
            reject_unlinked_category('is_expense and not is_category_linked', 'TransactionCategory'),
            reject_missing('accounting_at', 'AccountingDate', 'set the accounting date of the actual'),
            reject_missing('document_at', 'DocumentDate', 'set the document date of the actual'),
            reject_missing('currency_code', 'TransactionCurrencyId', 'set the currency of the actual'),
            reject_unmapped(
                'actual_transaction_type', 'transaction_type_code', 'transaction_type', 'TransType'
            ),
            reject(
                'not has_line_property', 'unmapped_value', 'BillingType', 'billing_type',
                "concat('Finance has no line property for billing type ', coalesce(billing_type, '(none)'), "
                ~ "'. Add one under Project management and accounting > Setup > Dynamics 365 for Project Service "
                ~ "Automation integration parameters, and then in seeds/line_properties.csv.')"
            ),
        ]) }} as rejections,
        {{ list_of([
            dubious_date('accounting_at', 'time_zone', 'AccountingDate'),
            dubious_date('document_at', 'time_zone', 'DocumentDate'),
            dubious_date('exchange_rate_at', 'time_zone', 'ExchangeRateDate'),
        ]) }} as dubious_dates,
        translated.*

    from translated

)

select * from checked
