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
        source._parentcustomerid_value as parent_customer_id,
        source._transactioncurrencyid_value as currency_id,

        ---------- strings
        source.fullname as full_name,
        source.firstname as first_name,
        source.middlename as middle_name,
        source.lastname as last_name,
        source.department,
        source.jobtitle as job_title,
        source.description,
        source.emailaddress1 as email,
        source.telephone1 as phone,
        source.fax,
        source.websiteurl as website_url,
        source.governmentid as government_id,
        source.address1_line1 as address_street,
        source.address1_city as address_city,
        source.address1_postalcode as address_zip_code,
        source.address1_stateorprovince as address_state,
        source.address1_country as address_country,

        ---------- option sets
        source.gendercode as gender_code,
        source.familystatuscode as family_status_code,
        source.statecode as state_code,

        ---------- numerics
        source.creditlimit as credit_limit_amount,

        ---------- booleans
        source.donotemail as is_without_email,
        source.msdynce_isactivecustomer as is_active_customer,
        source.msdynce_iscompanyanaccount as has_account_as_company,

        ---------- dates and timestamps
        source.modifiedon as modified_at

    from source

    left join fallbacks
        on source.contactid = fallbacks.source_id

)

select * from renamed
