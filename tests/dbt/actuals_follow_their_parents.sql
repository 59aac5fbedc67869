-- An actual that is sent although its project, contract, task or linked category is not, or a relationship
-- that is sent although one of its actuals is not. Project and task by the ids in Dataverse: an actual that
-- Finance has accepted keeps what it had then, even where the project got another number since.
with

actuals as (

    select
        project_actuals.*,
        source.project_id,
        source.task_id
    from {{ ref('finops__project_actuals') }} as project_actuals

    left join {{ ref('stg_dataverse__actuals') }} as source
        on project_actuals._source_id = source.actual_id

),

sent_projects as (

    select
        data_area_id,
        project_id
    from {{ ref('int_projects_checked') }}
    where {{ is_sent() }}

),

sent_contracts as (

    select
        data_area_id,
        sales_order_number
    from {{ ref('int_project_contracts_checked') }}
    where {{ is_sent() }}

),

sent_tasks as (

    select
        project_id,
        task_id
    from {{ ref('int_project_tasks_checked') }}
    where {{ is_sent() }}

),

linked_categories as (

    select
        data_area_id,
        transaction_category_id
    from {{ ref('int_categories_checked') }}
    where {{ is_sent() }}

),

relationships as (

    {%- for column in ['Transaction1Id', 'Transaction2Id'] %}
    {{- "\n\n    union all" if not loop.first }}

    select
        _source_table,
        _source_id,
        {{ column }} as actual_id
    from {{ ref('finops__actual_relationships') }}
    {%- endfor %}

)

select
    actuals._source_table,
    actuals._source_id
from actuals

left join sent_projects
    on
        actuals._project_company = sent_projects.data_area_id
        and actuals.project_id = sent_projects.project_id

left join sent_contracts
    on
        actuals._project_company = sent_contracts.data_area_id
        and actuals.ContractId = sent_contracts.sales_order_number

left join sent_tasks
    on
        actuals.project_id = sent_tasks.project_id
        and actuals.task_id = sent_tasks.task_id

left join linked_categories
    on
        actuals.dataAreaId = linked_categories.data_area_id
        and actuals._parent_category = linked_categories.transaction_category_id

where
    sent_projects.project_id is null
    or (actuals.ContractId is not null and sent_contracts.sales_order_number is null)
    or (actuals.task_id is not null and sent_tasks.task_id is null)
    or (actuals._parent_category is not null and linked_categories.transaction_category_id is null)

union all

select
    relationships._source_table,
    relationships._source_id
from relationships

left join actuals
    on relationships.actual_id = actuals.ActualId

where actuals._source_id is null
