-- Target: Integration entity for project. One row per project with a contract.
-- Column names are the target's own; nothing renames them after this.
with

projects as (

    select * from {{ ref('int_projects_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        project_number as ProjectID,
        project_name as ProjectName,
        sales_order_number as ProjectContractID,
        account_number as CustomerAccount,
        scheduled_start_date as ProjectedStartDate,
        scheduled_end_date as ProjectedEndDate,
        actual_start_date as StartDate,
        actual_end_date as EndDate,
        {{ constant('finops__projects', 'ProjectType') }} as ProjectType,
        {{ constant('finops__projects', 'ProjectGroup') }} as ProjectGroup,
        cast(null as string) as ParentId,
        cast(null as string) as Description,
        {{ constant('finops__projects', 'ProjectManagerPersonnelNumber') }}
            as ProjectManagerPersonnelNumber,
        {{ constant('finops__projects', 'SourceDataID') }} as SourceDataID,

        -- never sent
        _source_table,
        _source_id

    from projects

)

select * from final
