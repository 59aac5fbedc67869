-- Target: CDS Contacts. One row per contact and company its account is a customer of.
-- Column names are the target's own; nothing renames them after this.
with

contacts as (

    select * from {{ ref('int_contact_persons_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        contact_number as ContactPersonPartyNumber,
        account_number as AssociatedPartyNumber,
        {{ constant('finops__contact_persons', 'ContactPersonPartyType') }}
            as ContactPersonPartyType,
        first_name as FirstName,
        middle_name as MiddleName,
        last_name as LastName,
        department as EmploymentDepartment,
        job_title as EmploymentProfession,
        description as Notes,
        gender_symbol as Gender,
        marital_status_symbol as MaritalStatus,
        government_id as GovernmentIdentificationNumber,
        email as PrimaryEmailAddress,
        phone as PrimaryPhoneNumber,
        website_url as PrimaryURL,
        address_street as PrimaryAddressStreet,
        address_city as PrimaryAddressCity,
        address_zip_code as PrimaryAddressZipCode,
        address_state as PrimaryAddressStateId,
        address_country_code as PrimaryAddressCountryRegionISOCode,
        case
            when is_without_email then 'No'
            when not is_without_email then 'Yes'
        end as IsReceivingDirectMail,
        case state_code when 0 then 'No' when 1 then 'Yes' end as IsInactive,
        {{ constant('finops__contact_persons', 'IsContactPersonExternallyMaintained') }}
            as IsContactPersonExternallyMaintained,

        -- never sent
        _source_table,
        _source_id

    from contacts

)

select * from final
