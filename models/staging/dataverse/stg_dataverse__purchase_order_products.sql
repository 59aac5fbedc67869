-- Grain: one row per purchase order product that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_purchaseorderproduct'),
            'msdyn_purchaseorderproductid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_purchaseorderproductid as purchase_order_product_id,
        _msdyn_purchaseorder_value as purchase_order_id,
        _msdyn_product_value as product_id,
        _msdyn_unit_value as unit_id,
        _msdyn_associatetowarehouse_value as warehouse_id,

        ---------- strings
        msdyn_description as line_description,

        ---------- option sets
        statecode as state_code,

        ---------- numerics
        msdyn_lineorder as line_order,
        msdyn_quantity as quantity,

        ---------- dates and timestamps
        msdyn_dateexpected as expected_at,
        modifiedon as modified_at

    from source

)

select * from renamed
