-- An expense estimate that is sent although its project or task is not, or a relationship without its lines.
with

estimates as (

    select * from {{ ref('finops__project_expense_estimates') }}

),

relationships as (

    select * from {{ ref('finops__expense_estimate_relationships') }}

),

sent_projects as (

    select
        data_area_id,
        project_number
    from {{ ref('int_projects_checked') }}
    where {{ is_sent() }}

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

left join sent_projects
    on
        estimates.dataAreaId = sent_projects.data_area_id
        and estimates.ProjectId = sent_projects.project_number

left join sent_tasks
    on
        estimates.dataAreaId = sent_tasks.data_area_id
        and estimates.ProjectId = sent_tasks.project_number
        and estimates.TaskId = sent_tasks.task_id

where
    sent_projects.project_number is null
    or (estimates.TaskId is not null and sent_tasks.task_id is null)

union all

select
    relationships._source_table,
    relationships._source_id
from relationships

left join estimates as first_lines
    on relationships.Transaction1Id = first_lines.EstimateLineId

left join estimates as second_lines
    on relationships.Transaction2Id = second_lines.EstimateLineId

where
    first_lines.EstimateLineId is null
    or (
        lower(relationships.Transaction2Type) = 'msdyn_estimateline'
        and second_lines.EstimateLineId is null
    )
