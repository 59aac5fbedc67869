-- Grain: one row per estimate line, sent, filtered or rejected. Cost and sales of one expense are two lines.
with

lines as (

    select * from {{ ref('stg_dataverse__estimate_lines') }}

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

tasks as (

    select
        task_id,
        project_id,
        filter_reason,
        {{ is_sent() }} as is_task_sent
    from {{ ref('int_project_tasks_checked') }}

),

linked_categories as (

    select distinct
        transaction_category_id,
        data_area_id
    from {{ ref('int_categories_checked') }}
    where {{ is_sent() }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

parents_looked_up as (

    select
        lines.*,
        projects.project_number,
        projects.data_area_id,
        projects.time_zone,
        projects.is_project_sent,
        projects.filter_reason as project_filter_reason,
        tasks.is_task_sent,
        tasks.filter_reason as task_filter_reason,
        linked_categories.transaction_category_id is not null as is_category_linked,
        currencies.currency_code

    from lines

    left join projects
        on lines.project_id = projects.project_id

    left join tasks
        on
            lines.task_id = tasks.task_id
            and lines.project_id = tasks.project_id

    left join linked_categories
        on
            lines.transaction_category_id = linked_categories.transaction_category_id
            and projects.data_area_id = linked_categories.data_area_id

    left join currencies
        on lines.currency_id = currencies.currency_id

),

translated as (

    select
        parents_looked_up.*,
        {{ mapped_value('transaction_type', 'parents_looked_up.transaction_type_code') }}
            as transaction_type,
        {{ mapped_value('billing_type', 'parents_looked_up.billing_type_code') }} as billing_type,
        case
            -- estimate lines hold time and material as well
            when coalesce(parents_looked_up.transaction_class_code, 0) <> 192350001 then 'not_an_expense'
            -- cost and unbilled sales are what a forecast is made of; an empty type is rejected
            when parents_looked_up.transaction_type_code not in (192350000, 192350005)
                then 'type_out_of_scope'
            when
                parents_looked_up.project_filter_reason is not null
                or parents_looked_up.task_filter_reason is not null
                then 'parent_filtered'
        end as filter_reason

    from parents_looked_up

    {{ join_value_map('transaction_type', 'parents_looked_up.transaction_type_code') }}

    {{ join_value_map('billing_type', 'parents_looked_up.billing_type_code') }}

),

checked as (

    select
        'msdyn_estimateline' as _source_table,
        estimate_line_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing('project_id', 'ProjectId', 'the line belongs to no project'),
            reject_missing_parent('project_id', 'is_project_sent', 'ProjectId', 'Project'),
            reject_missing_parent('task_id', 'is_task_sent', 'TaskId', 'Task'),
            reject_unlinked_category('not is_category_linked', 'TransactionCategory'),
            reject_missing('currency_code', 'CurrencyId', 'set the currency of the line'),
            reject_missing('transaction_type_code', 'TransType', 'set the transaction type of the line'),
            reject_unmapped(
                'transaction_type', 'transaction_type_code', 'transaction_type', 'TransType'
            ),
            reject_missing(
                'coalesce(billing_type, cast(billing_type_code as string))',
                'BillingType', 'choose a billing type'
            ),
            reject_unmapped('billing_type', 'billing_type_code', 'billing_type', 'BillingType'),
            reject_too_long(
                'line_description', 'Description', 'finops__project_expense_estimates'
            ),
        ]) }} as rejections,
        {{ list_of([
            dubious_date('accounting_at', 'time_zone', 'DocumentDate'),
        ]) }} as dubious_dates,
        estimate_line_id,
        task_id,
        transaction_category_id,
        data_area_id,
        project_number,
        line_description,
        currency_code,
        transaction_type,
        billing_type,
        quantity,
        unit_price,
        exchange_rate,
        {{ company_date('accounting_at', 'time_zone') }} as accounting_date

    from translated

)

select * from checked
