-- Grain: one row per estimate line that exists in the source.
with

source as (

    select *
    from {{ newest_version(source('dataverse', 'msdyn_estimateline'), 'msdyn_estimatelineid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_estimatelineid as estimate_line_id,
        _msdyn_project_value as project_id,
        _msdyn_task_value as task_id,
        _msdyn_transactioncategory_value as transaction_category_id,
        _transactioncurrencyid_value as currency_id,

        ---------- strings
        msdyn_description as line_description,

        ---------- option sets
        msdyn_transactionclassification as transaction_class_code,
        msdyn_transactiontypecode as transaction_type_code,
        msdyn_billingtype as billing_type_code,
        statecode as state_code,

        ---------- numerics
        msdyn_quantity as quantity,
        msdyn_price as unit_price,
        exchangerate as exchange_rate,

        ---------- dates and timestamps
        msdyn_accountingdate as accounting_at,
        modifiedon as modified_at

    from source

)

select * from renamed
