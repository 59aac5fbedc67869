-- Grain: one row per task, sent as an hour estimate, filtered or rejected.
with

tasks as (

    select
        *,
        {{ is_sent() }} as is_task_sent
    from {{ ref('int_project_tasks_checked') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        tasks.task_id,
        tasks.currency_id,
        tasks.data_area_id,
        tasks.time_zone,
        tasks.project_number,
        tasks.task_name,
        tasks.effort_hours,
        tasks.exchange_rate,
        tasks.planned_cost_amount,
        tasks.planned_sales_amount,
        tasks.is_task_sent,
        tasks.scheduled_start_at,
        currencies.currency_code,
        case
            when tasks.is_line_task then 'line_task'
            -- summary tasks repeat the hours of those below them, and have no category
            when tasks.transaction_category_id is null then 'no_category'
            when tasks.filter_reason is not null then 'parent_filtered'
        end as filter_reason

    from tasks

    left join currencies
        on tasks.currency_id = currencies.currency_id

),

checked as (

    select
        'msdyn_projecttask' as _source_table,
        task_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_parent('task_id', 'is_task_sent', 'TaskId', 'Task'),
            reject_missing_parent(
                'currency_id', 'currency_code is not null', 'SalesCurrency', 'Currency'
            ),
            reject_too_long('task_name', 'Description', 'finops__project_hour_estimates'),
        ]) }} as rejections,
        task_id,
        data_area_id,
        project_number,
        task_name,
        currency_code,
        exchange_rate,
        planned_cost_amount,
        planned_sales_amount,
        effort_hours,
        {{ date_in_zone('scheduled_start_at', 'time_zone') }} as scheduled_start_date

    from looked_up

)

select * from checked
