-- Grain: one row per project of Finance that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdynce_externalproject'),
            'msdynce_externalprojectid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdynce_externalprojectid as external_project_id,
        msdynce_projectnumber as project_number,

        ---------- option sets
        statecode as state_code,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
