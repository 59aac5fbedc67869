-- Grain: one row per project of Finance in Dataverse and company that has the project.
with

external_projects as (

    select * from {{ ref('stg_dataverse__external_projects') }}

),

finance_projects as (

    select * from {{ ref('stg_finops__projects') }}

),

found as (

    select distinct
        external_projects.external_project_id,
        finance_projects.data_area_id,
        -- as Finance spells it
        finance_projects.project_number

    from external_projects

    inner join finance_projects
        on
            {{ comparable('external_projects.project_number') }}
            = {{ comparable('finance_projects.project_number') }}

)

select * from found
