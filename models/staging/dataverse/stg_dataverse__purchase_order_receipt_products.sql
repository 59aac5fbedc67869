-- Grain: one row per purchase order receipt product that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_purchaseorderreceiptproduct'),
            'msdyn_purchaseorderreceiptproductid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_purchaseorderreceiptproductid as purchase_order_receipt_product_id,
        _msdyn_purchaseorderreceipt_value as purchase_order_receipt_id,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
