-- Target: Customers V2. One row per account and company that needs it.
-- Column names are the target's own; nothing renames them after this.
with

customers as (

    select * from {{ ref('int_customers_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        account_number as CustomerAccount,
        {{ constant('finops__customers', 'PartyType') }} as PartyType,
        account_number as PartyNumber,
        account_name as OrganizationName,
        cast(number_of_employees as integer) as OrganizationNumberOfEmployees,
        {{ constant('finops__customers', 'CustomerGroupId') }} as CustomerGroupId,
        {{ constant('finops__customers', 'LanguageId') }} as LanguageId,
        sales_currency_code as SalesCurrencyCode,
        cast(credit_limit_amount as decimal(32, 6)) as CreditLimit,
        description as SalesMemo,
        {{ constant('finops__customers', 'SiteId') }} as SiteId,
        {{ constant('finops__customers', 'WarehouseId') }} as WarehouseId,
        account_name as AddressDescription,
        {{ constant('finops__customers', 'AddressLocationRoles') }} as AddressLocationRoles,
        address_street as AddressStreet,
        address_city as AddressCity,
        address_zip_code as AddressZipCode,
        address_state as AddressState,
        address_country_code as AddressCountryRegionISOCode,
        account_name as DeliveryAddressDescription,
        delivery_street as DeliveryAddressStreet,
        delivery_city as DeliveryAddressCity,
        delivery_zip_code as DeliveryAddressZipCode,
        delivery_state as DeliveryAddressState,
        delivery_country_code as DeliveryAddressCountryRegionISOCode,
        email as PrimaryContactEmail,
        fax as PrimaryContactFax,
        phone as PrimaryContactPhone,
        website_url as PrimaryContactURL,
        {{ constant('finops__customers', 'IsExternallyMaintained') }} as IsExternallyMaintained,

        -- never sent
        _source_table,
        _source_id

    from customers

)

select * from final
