-- Target: Integration entity for project task. One row per task of a sent project.
-- Column names are the target's own; nothing renames them after this.
with

tasks as (

    select * from {{ ref('int_project_tasks_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        task_id as Task,
        parent_task_id as ParentTask,
        work_breakdown_number as WorkBreakdownStructureID,
        project_number as ProjectId,
        task_name as Name,

        -- never sent
        _source_table,
        _source_id

    from tasks

)

select * from final
