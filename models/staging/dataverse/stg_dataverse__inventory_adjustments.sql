-- Grain: one row per inventory adjustment that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_inventoryadjustment'),
            'msdyn_inventoryadjustmentid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_inventoryadjustmentid as inventory_adjustment_id,
        msdyn_name as adjustment_number,
        _msdyn_warehouse_value as warehouse_id,

        ---------- option sets
        msdynce_poststatus as post_status_code,
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
