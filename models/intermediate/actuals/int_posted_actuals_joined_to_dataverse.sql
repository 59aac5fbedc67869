-- Grain: one row per actual in Finance, with what Dataverse calls the rows and codes it refers to.
with

actuals as (

    select * from {{ ref('int_posted_actuals_scoped') }}

),

-- a number that stands on two projects says nothing
projects as (

    select
        {{ comparable('project_number') }} as compared_number,
        min(project_id) as project_id
    from {{ ref('stg_dataverse__projects') }}
    group by {{ comparable('project_number') }}
    having count(*) = 1

),

currencies as (

    select * from {{ ref('int_currencies_by_code') }}

),

units as (

    select * from {{ ref('int_contracting_units_mapped_to_companies') }}

),

tasks as (

    select * from {{ ref('stg_dataverse__project_tasks') }}

),

categories as (

    select * from {{ ref('stg_dataverse__transaction_categories') }}

),

joined as (

    select
        actuals.*,
        projects.project_id,
        currencies.currency_id,
        contracting_units.organizational_unit_id is not null as is_contracting_unit_known,
        resourcing_units.organizational_unit_id is not null as is_resourcing_unit_known,
        tasks.task_id is not null as is_task_known,
        categories.transaction_category_id is not null as is_category_known,
        {{ mapped_value('dataverse_billing_type', 'actuals.billing_type') }}
            as mapped_billing_type_code,
        {{ mapped_value('dataverse_transaction_type', 'actuals.transaction_type') }}
            as mapped_transaction_type_code,
        {{ mapped_value('actual_billing_type', 'actuals.own_billing_type_code') }}
            as own_billing_type,
        {{ mapped_value('actual_transaction_type', 'actuals.own_transaction_type_code') }}
            as own_transaction_type

    from actuals

    left join projects
        on {{ comparable('actuals.project_number') }} = projects.compared_number

    left join currencies
        on {{ comparable('actuals.currency_code') }} = currencies.compared_code

    left join units as contracting_units
        on actuals.contracting_unit_id = contracting_units.organizational_unit_id

    left join units as resourcing_units
        on actuals.resourcing_unit_id = resourcing_units.organizational_unit_id

    left join tasks
        on actuals.task_id = tasks.task_id

    left join categories
        on actuals.transaction_category_id = categories.transaction_category_id

    {{ join_value_map('dataverse_billing_type', 'actuals.billing_type') }}

    {{ join_value_map('dataverse_transaction_type', 'actuals.transaction_type') }}

    {{ join_value_map('actual_billing_type', 'actuals.own_billing_type_code') }}

    {{ join_value_map('actual_transaction_type', 'actuals.own_transaction_type_code') }}

)

select * from joined
