-- Grain: one row per company and vendor.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'VendorsV2'),
            'dataAreaId, VendorAccountNumber'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'VendorAccountNumber']) }} as vendor_row_id,
        lower(dataAreaId) as data_area_id,
        VendorAccountNumber as vendor_number,
        nullif(trim(VendorPartyNumber), '') as party_number,

        ---------- strings
        nullif(VendorOrganizationName, '') as organization_name,
        nullif(PersonFirstName, '') as first_name,
        nullif(PersonLastName, '') as last_name

    from source

)

select * from renamed
