-- Grain: one row per warehouse that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'msdyn_warehouse'), 'msdyn_warehouseid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_warehouseid as warehouse_id,

        ---------- strings
        msdyn_name as warehouse_name,
        msdyn_description as warehouse_description,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
