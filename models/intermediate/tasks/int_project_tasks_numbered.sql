-- Grain: one row per task, with its work breakdown number and whether its project's tree reaches it.
-- A recursive query, so that any depth will do: DuckDB, and Spark from 4.1 on.
with recursive

tasks as (

    select
        *,
        sum(case when parent_task_id is null and not is_line_task then 1 else 0 end) over (
            partition by project_id
        ) as top_tasks
    from {{ ref('stg_dataverse__project_tasks') }}

),

with_root as (

    select
        *,
        -- the task that stands for the project: outline level 0, or the only one without a parent
        parent_task_id is null and coalesce(outline_level = 0, top_tasks = 1) as is_root
    from tasks

),

placed as (

    select
        *,
        -- Project Operations stores no number: people see the position among the siblings
        case
            when not is_line_task and not is_root and display_sequence is not null
                then
                    row_number() over (
                        partition by
                            project_id,
                            parent_task_id,
                            is_root,
                            is_line_task,
                            display_sequence is not null
                        order by display_sequence, task_id
                    )
        end as sibling_position,
        case when not {{ is_blank('stored_number') }} then stored_number end as given_number
    from with_root

),

-- from the tasks without a parent down, and from each line task down: every task has one parent, so each
-- is met at most once, and tasks that are parents of each other are never met
tree as (

    select
        task_id,
        project_id,
        is_root,
        is_line_task as is_line_branch,
        case
            when is_root then coalesce(given_number, '0')
            when sibling_position is not null then cast(sibling_position as string)
            else given_number
        end as work_breakdown_number
    from placed
    where is_line_task or parent_task_id is null

    union all

    select
        placed.task_id,
        placed.project_id,
        placed.is_root,
        tree.is_line_branch,
        case
            when placed.sibling_position is null then placed.given_number
            -- the number of the root is not part of those below it
            when tree.is_root then cast(placed.sibling_position as string)
            else tree.work_breakdown_number || '.' || cast(placed.sibling_position as string)
        end as work_breakdown_number
    from tree

    inner join placed
        on
            tree.task_id = placed.parent_task_id
            and tree.project_id = placed.project_id

    where not placed.is_line_task

),

numbered as (

    select
        placed.task_id,
        placed.project_id,
        placed.parent_task_id,
        placed.transaction_category_id,
        placed.currency_id,
        placed.task_name,
        tree.work_breakdown_number,
        placed.effort_hours,
        placed.exchange_rate,
        placed.planned_cost_amount,
        placed.planned_sales_amount,
        placed.is_line_task,
        coalesce(tree.is_line_branch, false) as is_line_branch,
        tree.task_id is not null as is_in_tree,
        -- its own doing: below a task without a number there is none either
        placed.is_root or placed.sibling_position is not null or placed.given_number is not null
            as has_own_number,
        placed.scheduled_start_at

    from placed

    left join tree
        on placed.task_id = tree.task_id

)

select * from numbered
