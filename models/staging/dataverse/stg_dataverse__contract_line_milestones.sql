-- Grain: one row per milestone that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_contractlinescheduleofvalue'),
            'msdyn_contractlinescheduleofvalueid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_contractlinescheduleofvalueid as milestone_id,
        _msdyn_contractlineid_value as contract_line_id,
        msdyn_contractline as contract_line_text,
        _msdyn_contract_value as sales_order_id,
        _transactioncurrencyid_value as currency_id,

        ---------- strings
        msdyn_name as milestone_name,

        ---------- option sets
        msdyn_invoicestatus as invoice_status_code,
        statecode as state_code,

        ---------- numerics
        msdyn_amount as milestone_amount,

        ---------- dates and timestamps
        msdyn_invoicedate as invoice_at,
        modifiedon as modified_at

    from source

)

select * from renamed
