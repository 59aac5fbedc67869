-- Grain: one row per company and project that exists in Finance, whoever made it.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'Projects'),
            'dataAreaId, ProjectID'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'ProjectID']) }} as project_row_id,
        lower(dataAreaId) as data_area_id,
        ProjectID as project_number,
        nullif(CustomerAccount, '') as customer_number,

        ---------- strings
        nullif(ProjectName, '') as project_name,

        ---------- enumerations
        ProjectType as project_type,
        ProjectStage as project_stage

    from source

)

select * from renamed
