-- Grain: one row per organizational unit that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_organizationalunit'),
            'msdyn_organizationalunitid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_organizationalunitid as organizational_unit_id,

        ---------- strings
        msdyn_name as organizational_unit_name,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
