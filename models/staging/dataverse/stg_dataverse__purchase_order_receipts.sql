-- Grain: one row per purchase order receipt that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_purchaseorderreceipt'),
            'msdyn_purchaseorderreceiptid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_purchaseorderreceiptid as purchase_order_receipt_id,
        _msdyn_purchaseorder_value as purchase_order_id,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
