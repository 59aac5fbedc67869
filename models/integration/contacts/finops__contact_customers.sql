-- Target: Customers V2. One row per contact and company that needs it as a customer.
-- Column names are the target's own; nothing renames them after this.
with

customers as (

    select * from {{ ref('int_contact_customers_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        contact_number as CustomerAccount,
        {{ constant('finops__contact_customers', 'PartyType') }} as PartyType,
        contact_number as PartyNumber,
        first_name as PersonFirstName,
        middle_name as PersonMiddleName,
        last_name as PersonLastName,
        {{ constant('finops__contact_customers', 'CustomerGroupId') }} as CustomerGroupId,
        {{ constant('finops__contact_customers', 'LanguageId') }} as LanguageId,
        sales_currency_code as SalesCurrencyCode,
        cast(credit_limit_amount as decimal(32, 6)) as CreditLimit,
        description as SalesMemo,
        {{ constant('finops__contact_customers', 'SiteId') }} as SiteId,
        {{ constant('finops__contact_customers', 'WarehouseId') }} as WarehouseId,
        full_name as AddressDescription,
        address_street as AddressStreet,
        address_city as AddressCity,
        address_zip_code as AddressZipCode,
        address_state as AddressState,
        address_country_code as AddressCountryRegionISOCode,
        email as PrimaryContactEmail,
        fax as PrimaryContactFax,
        phone as PrimaryContactPhone,
        website_url as PrimaryContactURL,
        {{ constant('finops__contact_customers', 'IsExternallyMaintained') }} as IsExternallyMaintained,

        -- never sent
        _source_table,
        _source_id

    from customers

)

select * from final
