-- Grain: one row per inventory transfer that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_inventorytransfer'),
            'msdyn_inventorytransferid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_inventorytransferid as inventory_transfer_id,
        msdyn_name as transfer_number,
        _msdyn_sourcewarehouse_value as source_warehouse_id,
        _msdyn_destinationwarehouse_value as destination_warehouse_id,

        ---------- option sets
        msdynce_poststatus as post_status_code,
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
