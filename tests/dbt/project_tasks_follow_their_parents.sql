-- A task that is sent although its project or the task above it is not.
with

tasks as (

    select * from {{ ref('finops__project_tasks') }}

),

sent_projects as (

    select
        data_area_id,
        project_number
    from {{ ref('int_projects_checked') }}
    where {{ is_sent() }}

)

select
    tasks._source_table,
    tasks._source_id
from tasks

left join sent_projects
    on
        tasks.dataAreaId = sent_projects.data_area_id
        and tasks.ProjectId = sent_projects.project_number

left join tasks as parents
    on
        tasks.dataAreaId = parents.dataAreaId
        and tasks.ProjectId = parents.ProjectId
        and tasks.ParentTask = parents.Task

where
    sent_projects.project_number is null
    or (tasks.ParentTask is not null and parents.Task is null)
