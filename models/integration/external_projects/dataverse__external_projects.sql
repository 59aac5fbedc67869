-- Target: msdynce_externalproject. One row per project of Finance that work orders can name.
-- Column names are the target's own; nothing renames them after this.
with

projects as (

    select * from {{ ref('int_external_projects_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        external_project_id as msdynce_externalprojectid,
        project_number as msdynce_projectnumber,
        project_name as msdynce_name,
        project_stage_code as msdynce_projectstage,
        account_id as msdynce_account,

        -- never sent
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from projects

)

select * from final
