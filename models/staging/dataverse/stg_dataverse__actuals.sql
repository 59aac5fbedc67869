-- Grain: one row per actual that exists in the source.
with

source as (

    select *
    from {{ newest_version(source('dataverse', 'msdyn_actual'), 'msdyn_actualid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_actualid as actual_id,
        _msdyn_project_value as project_id,
        _msdyn_task_value as task_id,
        _msdyn_salescontract_value as sales_order_id,
        _msdyn_transactioncategory_value as transaction_category_id,
        _msdyn_contractorganizationalunitid_value as contracting_unit_id,
        _msdyn_resourceorganizationalunitid_value as resourcing_unit_id,
        _transactioncurrencyid_value as currency_id,

        ---------- strings
        msdyn_description as description,
        msdyn_externaldescription as external_description,
        msdyn_externalreferenceid as external_reference,

        ---------- option sets
        msdyn_billingtype as billing_type_code,
        msdyn_transactiontypecode as transaction_type_code,
        msdyn_transactionclassification as transaction_classification_code,
        statecode as state_code,

        ---------- numerics
        msdyn_quantity as quantity,
        msdyn_price as unit_price,
        msdyn_price_base as unit_price_in_base_currency,
        msdyn_amount as amount,
        msdyn_amount_base as amount_in_base_currency,
        exchangerate as exchange_rate,

        ---------- dates and timestamps
        msdyn_accountingdate as accounting_at,
        msdyn_documentdate as document_at,
        msdyn_exchangeratedate as exchange_rate_at,
        msdyn_startdatetime as start_at,
        msdyn_enddatetime as end_at,
        modifiedon as modified_at

    from source

)

select * from renamed
