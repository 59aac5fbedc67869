-- Grain: one row per project task that exists in the source.
with

source as (

    select *
    from {{ newest_version(source('dataverse', 'msdyn_projecttask'), 'msdyn_projecttaskid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_projecttaskid as task_id,
        _msdyn_project_value as project_id,
        _msdyn_parenttask_value as parent_task_id,
        _msdyn_transactioncategory_value as transaction_category_id,
        _transactioncurrencyid_value as currency_id,

        ---------- strings
        msdyn_subject as task_name,
        msdyn_wbsid as stored_number,

        ---------- option sets
        statecode as state_code,

        ---------- numerics
        msdyn_outlinelevel as outline_level,
        msdyn_displaysequence as display_sequence,
        msdyn_effort as effort_hours,
        exchangerate as exchange_rate,
        msdyn_plannedcost as planned_cost_amount,
        msdyn_plannedsales as planned_sales_amount,

        ---------- booleans
        coalesce(msdyn_islinetask, false) as is_line_task,

        ---------- dates and timestamps
        -- Project Operations renamed the start of the schedule; after an upgrade the old column is history
        coalesce(msdyn_start, msdyn_scheduledstart) as scheduled_start_at,
        modifiedon as modified_at

    from source

)

select * from renamed
