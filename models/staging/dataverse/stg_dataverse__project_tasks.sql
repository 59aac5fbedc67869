-- Grain: one row per project task that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_projecttask'),
            'msdyn_projecttaskid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_projecttaskid as task_id,
        _msdyn_project_value as project_id,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
