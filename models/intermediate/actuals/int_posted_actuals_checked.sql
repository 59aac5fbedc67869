-- Grain: one row per actual in Finance, sent back, filtered or rejected.
--
-- Wherever Dataverse says the same in its own way (an hour within the day, more decimals, a code that Finance
-- has no other word for) its value stays, so that nothing is written twice.
with

actuals as (

    select
        *,
        -- Finance adds taxes of its own (690970002); all else began in Dataverse
        coalesce(transaction_classification_code = 690970002, false) as is_tax,
        -- Dataverse wants a start and an end, which a tax has none of
        coalesce(start_date, case when transaction_classification_code = 690970002 then document_date end)
            as start_day,
        coalesce(end_date, case when transaction_classification_code = 690970002 then document_date end)
            as end_day,
        coalesce(voucher, external_reference) as reference,
        {{ copies_of_key(['actual_id']) }} as copies
    from {{ ref('int_posted_actuals_joined_to_dataverse') }}

),

checked as (

    select
        'ProjCDSActualsImportEntity' as _source_table,
        actual_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('actual_id', 'msdyn_actualid', 'Finance has no id for the actual'),
            reject(
                'copies > 1', 'duplicate_key', 'msdyn_actualid', 'actual_id',
                "concat('Actual ', actual_id, ' is posted in ', cast(copies as string), ' companies.')"
            ),
            reject(
                'time_zone is null', 'unmapped_company', 'dataAreaId', 'data_area_id',
                "concat('seeds/companies.csv has no company ', data_area_id, '. Add it.')"
            ),
            reject(
                'actual_id is not null and not is_in_dataverse and not is_tax', 'missing_parent', 'msdyn_actualid', 'actual_id',
                "concat('Actual ', actual_id, ' is not in Dataverse; only taxes begin in Finance.')"
            ),
            reject_not_in_dataverse(
                'project_number', 'project_id is not null', 'msdyn_project', 'Project'
            ),
            reject_not_in_dataverse(
                'currency_code', 'currency_id is not null', 'transactioncurrencyid', 'Currency'
            ),
            reject_not_in_dataverse(
                'contracting_unit_id', 'is_contracting_unit_known',
                'msdyn_contractorganizationalunitid', 'Organizational unit'
            ),
            reject_not_in_dataverse(
                'resourcing_unit_id', 'is_resourcing_unit_known',
                'msdyn_resourceorganizationalunitid', 'Organizational unit'
            ),
            reject_not_in_dataverse('task_id', 'is_task_known', 'msdyn_task', 'Task'),
            reject_not_in_dataverse(
                'transaction_category_id', 'is_category_known',
                'msdyn_transactioncategory', 'Transaction category'
            ),
            reject_unmapped(
                'dataverse_billing_type', 'billing_type', 'mapped_billing_type_code', 'msdyn_billingtype'
            ),
            reject_unmapped(
                'dataverse_transaction_type', 'transaction_type', 'mapped_transaction_type_code',
                'msdyn_transactiontypecode'
            ),
            reject_too_long('description', 'msdyn_description', 'dataverse__actuals'),
            reject_too_long(
                'external_description', 'msdyn_externaldescription', 'dataverse__actuals'
            ),
            reject_too_long('reference', 'msdyn_externalreferenceid', 'dataverse__actuals'),
        ]) }} as rejections,
        actual_id,
        is_in_dataverse,
        project_id,
        task_id,
        transaction_category_id,
        contracting_unit_id,
        resourcing_unit_id,
        currency_id,
        description,
        external_description,
        reference,
        case
            when own_billing_type = billing_type then own_billing_type_code
            else cast(mapped_billing_type_code as integer)
        end as billing_type_code,
        case
            when own_transaction_type = transaction_type then own_transaction_type_code
            else cast(mapped_transaction_type_code as integer)
        end as transaction_type_code,
        transaction_classification_code,
        case
            when cast(own_quantity as decimal(32, 6)) = quantity then own_quantity
            else cast(quantity as decimal(23, 10))
        end as quantity,
        unit_price,
        amount,
        {{ moment_of_day('accounting_date', 'own_accounting_at', 'time_zone') }} as accounting_at,
        {{ moment_of_day('document_date', 'own_document_at', 'time_zone') }} as document_at,
        {{ moment_of_day('exchange_rate_date', 'own_exchange_rate_at', 'time_zone') }}
            as exchange_rate_at,
        {{ moment_of_day('start_day', 'own_start_at', 'time_zone', has_time=true) }} as start_at,
        {{ moment_of_day('end_day', 'own_end_at', 'time_zone', has_time=true) }} as end_at

    from actuals

)

select * from checked
