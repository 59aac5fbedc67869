-- A project, contract line or milestone that is sent although what it hangs on is not.
with

contracts as (

    select * from {{ ref('finops__project_contracts') }}

),

projects as (

    select * from {{ ref('finops__projects') }}

),

contract_lines as (

    select * from {{ ref('finops__project_contract_lines') }}

),

milestones as (

    select * from {{ ref('finops__project_contract_line_milestones') }}

)

select
    projects._source_table,
    projects._source_id
from projects

left join contracts
    on
        projects.dataAreaId = contracts.dataAreaId
        and projects.ProjectContractID = contracts.ProjectContractID

where contracts._source_id is null

union all

select
    contract_lines._source_table,
    contract_lines._source_id
from contract_lines

left join contracts
    on
        contract_lines.dataAreaId = contracts.dataAreaId
        and contract_lines.ContractId = contracts.ProjectContractID

left join projects
    on
        contract_lines.dataAreaId = projects.dataAreaId
        and contract_lines.ProjectId = projects.ProjectID

where
    contracts._source_id is null
    or (contract_lines.ProjectId is not null and projects._source_id is null)

union all

select
    milestones._source_table,
    milestones._source_id
from milestones

left join contract_lines
    on
        milestones.dataAreaId = contract_lines.dataAreaId
        and milestones.ContractLineRef = contract_lines.TransactionId

where contract_lines._source_id is null
