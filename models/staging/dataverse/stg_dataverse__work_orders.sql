-- Grain: one row per work order that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_workorder'),
            'msdyn_workorderid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_workorderid as work_order_id,
        msdyn_name as work_order_number,
        _msdyn_serviceaccount_value as service_account_id,
        _msdyn_billingaccount_value as billing_account_id,
        _transactioncurrencyid_value as currency_id,
        _owningbusinessunit_value as business_unit_id,
        _msdynce_externalproject_value as external_project_id,

        ---------- strings
        msdyn_address1 as address_line1,
        msdyn_address2 as address_line2,
        msdyn_city as city,
        msdyn_stateorprovince as state,
        msdyn_postalcode as zip_code,
        msdyn_country as country,

        ---------- option sets
        msdyn_systemstatus as system_status_code,
        statecode as state_code,

        ---------- numerics
        msdyn_totalamount as total_amount,

        ---------- booleans
        msdynce_hasexternallymaintainedproductsonly as has_externally_maintained_products_only,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
