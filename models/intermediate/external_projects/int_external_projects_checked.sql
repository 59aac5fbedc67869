-- Grain: one row per company and project of Finance, sent to Dataverse, filtered or rejected.
with

-- what the template projects_and_contracts made in Finance is in Dataverse already, as a project of its own
made_from_dataverse as (

    select distinct
        {{ comparable(payload_member('payload', 'dataAreaId')) }} as data_area_id,
        {{ comparable(payload_member('payload', 'ProjectID')) }} as compared_number
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model = 'finops__projects'

),

-- which project of Finance each one of Dataverse is: what was sent under its id last
remembered as (

    select
        {{ payload_member('payload', 'msdynce_externalprojectid') }} as external_project_id,
        max(source_id) as sent_row_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model = 'dataverse__external_projects'
    group by {{ payload_member('payload', 'msdynce_externalprojectid') }}

),

dataverse_projects as (

    select
        {{ comparable('project_number') }} as compared_number,
        count(*) as namesakes,
        min(external_project_id) as external_project_id
    from {{ ref('stg_dataverse__external_projects') }}
    group by {{ comparable('project_number') }}

),

-- a number that stands on two accounts says nothing
accounts as (

    {{ only_row_by('stg_dataverse__accounts', 'account_number', 'account_id') }}

),

projects as (

    select
        *,
        {{ comparable('project_number') }} as compared_number
    from {{ ref('stg_finops__projects') }}

),

identified as (

    select
        projects.*,
        companies.data_area_id is not null as is_company_known,
        sum(case when companies.data_area_id is not null then 1 else 0 end) over (
            partition by projects.compared_number
        ) as known_companies,
        made_from_dataverse.compared_number is not null as is_made_from_dataverse,
        {{ mapped_value('project_stage', 'projects.project_stage') }} as project_stage_code,
        coalesce(
            dataverse_projects.external_project_id,
            {{ guid_of("concat('msdynce_externalproject/', projects.compared_number)") }}
        ) as external_project_id,
        dataverse_projects.external_project_id is not null as is_in_dataverse,
        dataverse_projects.namesakes,
        accounts.account_id

    from projects

    left join {{ ref('companies') }} as companies
        on projects.data_area_id = companies.data_area_id

    left join made_from_dataverse
        on
            projects.data_area_id = made_from_dataverse.data_area_id
            and projects.compared_number = made_from_dataverse.compared_number

    left join dataverse_projects
        on projects.compared_number = dataverse_projects.compared_number

    left join accounts
        on {{ comparable('projects.customer_number') }} = accounts.compared_key

    {{ join_value_map('project_stage', 'projects.project_stage') }}

),

scoped as (

    select
        identified.*,
        remembered.sent_row_id,
        case
            when not identified.is_company_known then 'company_not_in_seed'
            when identified.is_made_from_dataverse then 'came_from_dataverse'
            when coalesce(identified.project_type, '') <> 'TimeMaterial' then 'not_time_and_material'
            when identified.project_stage_code is null then 'stage_not_in_process'
            -- 2 is Finished. What Dataverse has is what was sent there, else that of the only company
            when
                identified.project_stage_code = '2'
                and not (
                    identified.is_in_dataverse
                    and coalesce(
                        remembered.sent_row_id = identified.project_row_id, identified.known_companies = 1
                    )
                )
                then 'finished_before_it_came'
        end as filter_reason

    from identified

    left join remembered
        on identified.external_project_id = remembered.external_project_id

),

counted as (

    select
        *,
        {{ copies_of_key(['project_number']) }} as copies
    from scoped

),

checked as (

    select
        'Projects' as _source_table,
        project_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject(
                'sent_row_id <> project_row_id', 'duplicate_key', 'msdynce_projectnumber', 'project_number',
                "concat('Project ', project_number, ' of Dataverse is ', sent_row_id, ', which was sent before, and "
                ~ "Dataverse has one list for all. Renumber one of the two.')"
            ),
            reject(
                'copies > 1 and coalesce(sent_row_id = project_row_id, true)',
                'duplicate_key', 'msdynce_projectnumber', 'project_number',
                "concat('Project ', project_number, ' is in ', cast(copies as string), ' companies, and Dataverse "
                ~ "has one list for all. Renumber all but one.')"
            ),
            reject(
                'namesakes > 1', 'duplicate_key', 'msdynce_externalprojectid', 'project_number',
                "concat('Dataverse has ', cast(namesakes as string), ' external projects with the number ', "
                ~ "project_number, '. Delete all but one.')"
            ),
            reject(
                is_blank('project_name'), 'missing_required', 'msdynce_name', 'null',
                "'msdynce_name is empty: give the project a name in Finance.'"
            ),
            reject_too_long('project_number', 'msdynce_projectnumber', 'dataverse__external_projects'),
            reject_too_long('project_name', 'msdynce_name', 'dataverse__external_projects'),
        ]) }} as rejections,
        external_project_id,
        is_in_dataverse,
        project_number,
        project_name,
        cast(project_stage_code as integer) as project_stage_code,
        account_id

    from counted

)

select * from checked
