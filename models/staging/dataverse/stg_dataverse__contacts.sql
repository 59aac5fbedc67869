-- Grain: one row per contact that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'contact'), 'contactid') }} as newest
    where not _is_deleted

),

-- for an organisation that lacks the column
fallbacks as (

    select
        source_id,
        value
    from {{ ref('column_fallbacks') }}
    where
        table_name = 'contact'
        and column_name = 'msdynce_contactnumber'
        and {{ column_is_missing('contact', 'msdynce_contactnumber') }}

),

renamed as (

    select
        ---------- ids
        source.contactid as contact_id,
        coalesce(source.msdynce_contactnumber, fallbacks.value) as contact_number,

        ---------- strings
        source.fullname as full_name,

        ---------- option sets
        source.statecode as state_code,

        ---------- dates and timestamps
        source.modifiedon as modified_at

    from source

    left join fallbacks
        on source.contactid = fallbacks.source_id

)

select * from renamed
