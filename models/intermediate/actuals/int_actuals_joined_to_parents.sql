-- Grain: one row per actual, with what Finance calls the rows and codes it refers to.
with

actuals as (

    select
        *,
        -- the company whose project it is
        coalesce(project_data_area_id, data_area_id) as project_company
    from {{ ref('int_actuals_scoped') }}

),

sent_projects as (

    select
        project_id,
        project_number,
        data_area_id
    from {{ ref('int_projects_checked') }}
    where {{ is_sent() }}

),

sent_contracts as (

    select
        sales_order_id,
        sales_order_number,
        data_area_id
    from {{ ref('int_project_contracts_checked') }}
    where {{ is_sent() }}

),

sent_tasks as (

    select
        task_id,
        project_id,
        data_area_id
    from {{ ref('int_project_tasks_checked') }}
    where {{ is_sent() }}

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

joined as (

    select
        actuals.*,
        sent_projects.project_number,
        sent_contracts.sales_order_number,
        sent_tasks.task_id is not null as is_task_sent,
        linked_categories.transaction_category_id is not null as is_category_linked,
        actuals.transaction_classification_code = 192350001 as is_expense,
        currencies.currency_code,
        {{ mapped_value('actual_billing_type', 'actuals.billing_type_code') }} as billing_type,
        {{ mapped_value('actual_transaction_type', 'actuals.transaction_type_code') }}
            as transaction_type

    from actuals

    left join sent_projects
        on
            actuals.project_id = sent_projects.project_id
            and actuals.project_company = sent_projects.data_area_id

    left join sent_contracts
        on
            actuals.sales_order_id = sent_contracts.sales_order_id
            and actuals.project_company = sent_contracts.data_area_id

    left join sent_tasks
        on
            actuals.task_id = sent_tasks.task_id
            and actuals.project_id = sent_tasks.project_id
            and actuals.project_company = sent_tasks.data_area_id

    left join linked_categories
        on
            actuals.transaction_category_id = linked_categories.transaction_category_id
            and actuals.data_area_id = linked_categories.data_area_id

    left join currencies
        on actuals.currency_id = currencies.currency_id

    {{ join_value_map('actual_billing_type', 'actuals.billing_type_code') }}

    {{ join_value_map('actual_transaction_type', 'actuals.transaction_type_code') }}

)

select * from joined
