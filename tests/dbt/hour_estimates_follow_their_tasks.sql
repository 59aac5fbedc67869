-- An hour estimate that is sent although its task is not, in the same company and project.
with

estimates as (

    select * from {{ ref('finops__project_hour_estimates') }}

),

sent_tasks as (

    select
        data_area_id,
        project_number,
        task_id
    from {{ ref('int_project_tasks_checked') }}
    where {{ is_sent() }}

)

select
    estimates._source_table,
    estimates._source_id
from estimates

left join sent_tasks
    on
        estimates.dataAreaId = sent_tasks.data_area_id
        and estimates.ProjectId = sent_tasks.project_number
        and estimates.TaskId = sent_tasks.task_id

where sent_tasks.task_id is null
