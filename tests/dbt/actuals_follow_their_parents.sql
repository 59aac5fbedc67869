-- An actual that is sent although its project, contract, task or linked category is not, a relationship or
-- connection that is sent although one of its actuals is nowhere. What counts is the project and the task in
-- Dataverse: an actual that came back goes with the project number that Finance accepted, old or not.
with

actuals as (

    select
        integration.*,
        checked.project_number,
        checked.task_id
    from {{ ref('finops__project_actuals') }} as integration

    left join {{ ref('int_project_actuals_checked') }} as checked
        on integration._source_id = checked._source_id

),

projects as (

    select * from {{ ref('finops__projects') }}

),

contracts as (

    select * from {{ ref('finops__project_contracts') }}

),

tasks as (

    select * from {{ ref('finops__project_tasks') }}

),

categories as (

    select * from {{ ref('finops__categories') }}

),

relationships as (

    select
        _source_id,
        Transaction1Id as actual_id
    from {{ ref('finops__actual_relationships') }}

    union all

    select
        _source_id,
        Transaction2Id as actual_id
    from {{ ref('finops__actual_relationships') }}

),

connections as (

    select
        _source_id,
        _parent_actual1 as actual_id
    from {{ ref('dataverse__transaction_connections') }}
    where _parent_actual1 is not null

    union all

    select
        _source_id,
        _parent_actual2 as actual_id
    from {{ ref('dataverse__transaction_connections') }}
    where _parent_actual2 is not null

),

posted as (

    select * from {{ ref('dataverse__actuals') }}

)

select
    'finops__project_actuals' as target_model,
    actuals._source_id
from actuals

left join projects
    on
        actuals._project_company = projects.dataAreaId
        and actuals.project_number = projects.ProjectID

left join contracts
    on
        actuals._project_company = contracts.dataAreaId
        and actuals.ContractId = contracts.ProjectContractID

left join tasks
    on
        actuals._project_company = tasks.dataAreaId
        and actuals.project_number = tasks.ProjectId
        and actuals.task_id = tasks.Task

left join categories
    on
        actuals.dataAreaId = categories.dataAreaId
        and actuals._parent_category = categories.IntegrationId

where
    projects._source_id is null
    or (actuals.ContractId is not null and contracts._source_id is null)
    or (actuals.task_id is not null and tasks._source_id is null)
    or (actuals._parent_category is not null and categories._source_id is null)

union all

select
    'finops__actual_relationships' as target_model,
    relationships._source_id
from relationships

left join actuals
    on relationships.actual_id = actuals.ActualId

where actuals._source_id is null

union all

select
    'dataverse__transaction_connections' as target_model,
    connections._source_id
from connections

left join posted
    on connections.actual_id = posted.msdyn_actualid

where posted._source_id is null
