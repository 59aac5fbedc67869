-- Grain: one row per project that exists in the source.
with

source as (

    select *
    from {{ newest_version(source('dataverse', 'msdyn_project'), 'msdyn_projectid') }} as newest
    where not _is_deleted

),

-- for an organisation that lacks the column
fallbacks as (

    select
        source_id,
        value
    from {{ ref('column_fallbacks') }}
    where
        table_name = 'msdyn_project'
        and column_name = 'msdynce_projectnumber'
        and {{ column_is_missing('msdyn_project', 'msdynce_projectnumber') }}

),

renamed as (

    select
        ---------- ids
        source.msdyn_projectid as project_id,
        coalesce(source.msdynce_projectnumber, fallbacks.value) as project_number,
        source._msdyn_salesorderid_value as sales_order_id,
        source._msdyn_customer_value as customer_id,
        source._msdyn_contractorganizationalunitid_value as contracting_unit_id,

        ---------- strings
        source.msdyn_subject as project_name,
        source.msdyn_description as description,

        ---------- option sets
        source.statecode as state_code,

        ---------- booleans
        coalesce(source.msdyn_istemplate, false) as is_template,

        ---------- dates and timestamps
        source.msdyn_scheduledstart as scheduled_start_at,
        -- Project Operations renamed the end of the schedule; after an upgrade the old column is history
        coalesce(source.msdyn_finish, source.msdyn_scheduledend) as scheduled_end_at,
        source.msdyn_actualstart as actual_start_at,
        source.msdyn_actualend as actual_end_at,
        source.modifiedon as modified_at

    from source

    left join fallbacks
        on source.msdyn_projectid = fallbacks.source_id

)

select * from renamed
