-- Target: msdyn_actual. One row per actual that Finance has posted.
-- Column names are the target's own; nothing renames them after this.
with

actuals as (

    select * from {{ ref('int_posted_actuals_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        actual_id as msdyn_actualid,
        project_id as msdyn_project,
        task_id as msdyn_task,
        transaction_category_id as msdyn_transactioncategory,
        contracting_unit_id as msdyn_contractorganizationalunitid,
        resourcing_unit_id as msdyn_resourceorganizationalunitid,
        currency_id as transactioncurrencyid,
        description as msdyn_description,
        external_description as msdyn_externaldescription,
        reference as msdyn_externalreferenceid,
        billing_type_code as msdyn_billingtype,
        transaction_type_code as msdyn_transactiontypecode,
        cast(transaction_classification_code as integer) as msdyn_transactionclassification,
        quantity as msdyn_quantity,
        cast(unit_price as decimal(19, 4)) as msdyn_price,
        cast(amount as decimal(19, 4)) as msdyn_amount,
        accounting_at as msdyn_accountingdate,
        document_at as msdyn_documentdate,
        exchange_rate_at as msdyn_exchangeratedate,
        start_at as msdyn_startdatetime,
        end_at as msdyn_enddatetime,

        -- never sent
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from actuals

)

select * from final
