-- Grain: one row per task, sent, filtered or rejected; a task shares the fate of those above it.
-- A recursive query, so that any depth will do: DuckDB, and Spark from 4.1 on.
with recursive

tasks as (

    select * from {{ ref('int_project_tasks_numbered') }}

),

projects as (

    select
        project_id,
        project_number,
        data_area_id,
        time_zone,
        filter_reason,
        {{ is_sent() }} as is_project_sent
    from {{ ref('int_projects_checked') }}

),

looked_up as (

    select
        tasks.*,
        projects.project_number,
        projects.data_area_id,
        projects.time_zone,
        projects.is_project_sent,
        case
            -- what one resource does of a task; PSA keeps these records beside the plan
            when tasks.is_line_task then 'line_task'
            when projects.filter_reason is not null then 'parent_filtered'
            when tasks.is_line_branch then 'parent_filtered'
        end as filter_reason

    from tasks

    left join projects
        on tasks.project_id = projects.project_id

),

judged as (

    select
        *,
        {{ list_of([
            reject_missing('project_id', 'ProjectId', 'the task belongs to no project'),
            reject_missing_parent('project_id', 'is_project_sent', 'ProjectId', 'Project'),
            reject(
                'parent_task_id is not null and not is_in_tree',
                'missing_parent', 'ParentTask', 'parent_task_id',
                "concat('Parent task ', parent_task_id, ' leads to no task on top: it or one above it is not "
                ~ "there or belongs to another project, or tasks are parents of each other.')"
            ),
            reject(
                'not has_own_number', 'missing_required', 'WorkBreakdownStructureID', 'null',
                "'WorkBreakdownStructureID is empty: the task has neither a number nor a place among its "
                ~ "siblings'"
            ),
            reject_too_long(
                'work_breakdown_number', 'WorkBreakdownStructureID', 'finops__project_tasks'
            ),
            reject_too_long('task_name', 'Name', 'finops__project_tasks'),
        ]) }} as rejections
    from looked_up

),

sound as (

    select
        task_id,
        parent_task_id
    from judged
    where {{ is_sent() }}

),

-- sound tasks below sound tasks only, from the top down
sent_tasks as (

    select task_id
    from sound
    where parent_task_id is null

    union all

    select sound.task_id
    from sent_tasks

    inner join sound
        on sent_tasks.task_id = sound.parent_task_id

),

checked as (

    select
        'msdyn_projecttask' as _source_table,
        judged.task_id as _source_id,
        judged.filter_reason,
        case
            when
                sent_tasks.task_id is not null
                or judged.filter_reason is not null
                or not ({{ is_empty('judged.rejections') }})
                then judged.rejections
            else
                {{ list_of([
                    rejection(
                        'missing_parent', 'ParentTask', 'judged.parent_task_id',
                        "concat('Parent task ', judged.parent_task_id, ' is rejected, or one above it.')"
                    ),
                ]) }}
        end as rejections,
        judged.task_id,
        judged.project_id,
        judged.parent_task_id,
        judged.transaction_category_id,
        judged.currency_id,
        judged.data_area_id,
        judged.time_zone,
        judged.project_number,
        judged.task_name,
        judged.work_breakdown_number,
        judged.effort_hours,
        judged.exchange_rate,
        judged.planned_cost_amount,
        judged.planned_sales_amount,
        judged.is_line_task,
        judged.scheduled_start_at

    from judged

    left join sent_tasks
        on judged.task_id = sent_tasks.task_id

)

select * from checked
