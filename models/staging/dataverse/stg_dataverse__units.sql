-- Grain: one row per unit that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'uom'), 'uomid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        uomid as unit_id,
        _uomscheduleid_value as unit_group_id,

        ---------- strings
        name as unit_name,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
