-- Grain: one row per account that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'account'), 'accountid') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        accountid as account_id,
        accountnumber as account_number,
        _transactioncurrencyid_value as currency_id,

        ---------- strings
        name as account_name,
        address1_line1 as address_street,
        address1_city as address_city,
        address1_postalcode as address_zip_code,
        address1_stateorprovince as address_state,
        address1_country as address_country,
        address2_line1 as delivery_street,
        address2_city as delivery_city,
        address2_postalcode as delivery_zip_code,
        address2_stateorprovince as delivery_state,
        address2_country as delivery_country,
        fax,
        emailaddress1 as email,
        telephone1 as phone,
        websiteurl as website_url,
        description,

        ---------- option sets
        statecode as state_code,
        customertypecode as relationship_type_code,

        ---------- numerics
        creditlimit as credit_limit_amount,
        numberofemployees as number_of_employees,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
