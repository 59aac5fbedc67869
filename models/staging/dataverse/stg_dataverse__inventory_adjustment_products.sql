-- Grain: one row per line of an inventory adjustment or transfer that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_inventoryadjustmentproduct'),
            'msdyn_inventoryadjustmentproductid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_inventoryadjustmentproductid as inventory_adjustment_product_id,
        _msdyn_inventoryadjustment_value as inventory_adjustment_id,
        _msdyn_inventorytransfer_value as inventory_transfer_id,
        _msdyn_product_value as product_id,
        _msdyn_unit_value as unit_id,
        msdynce_numbersequence as number_sequence,

        ---------- option sets
        statecode as state_code,

        ---------- numerics
        msdyn_quantity as quantity,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
