-- Grain: one row per purchase order that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_purchaseorder'),
            'msdyn_purchaseorderid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_purchaseorderid as purchase_order_id,
        msdyn_name as purchase_order_number,
        _msdyn_vendor_value as vendor_id,
        _msdyn_invoicevendoraccount_value as invoice_vendor_id,
        _msdyn_receivetowarehouse_value as warehouse_id,
        _transactioncurrencyid_value as currency_id,
        _owningbusinessunit_value as business_unit_id,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        msdyn_dateexpected as expected_at,
        modifiedon as modified_at

    from source

)

select * from renamed
