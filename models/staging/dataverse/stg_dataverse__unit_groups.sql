-- Grain: one row per unit group that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'uomschedule'), 'uomscheduleid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        uomscheduleid as unit_group_id,

        ---------- strings
        name as unit_group_name,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
