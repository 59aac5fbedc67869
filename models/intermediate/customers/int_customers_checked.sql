-- Grain: one row per account and company that needs it, and one per account that none needs.
with

accounts as (

    select * from {{ ref('stg_dataverse__accounts') }}

),

scoped_customers as (

    select * from {{ ref('int_customers_scoped') }}
    where customer_table = 'account'

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

scoped as (

    select
        accounts.*,
        scoped_customers.data_area_id,
        scoped_customers.filter_reason,
        scoped_customers.copies

    from accounts

    inner join scoped_customers
        on accounts.account_id = scoped_customers.customer_id

),

looked_up as (

    select
        scoped.*,
        currencies.currency_code,
        {{ mapped_value('currency', 'currencies.currency_code') }} as sales_currency_code,
        {{ mapped_value('country', 'scoped.address_country', 'address_country_map') }}
            as address_country_code,
        {{ mapped_value('country', 'scoped.delivery_country', 'delivery_country_map') }}
            as delivery_country_code

    from scoped

    left join currencies
        on scoped.currency_id = currencies.currency_id

    {{ join_value_map('currency', 'currencies.currency_code') }}

    {{ join_value_map('country', 'scoped.address_country', 'address_country_map') }}

    {{ join_value_map('country', 'scoped.delivery_country', 'delivery_country_map') }}

),

checked as (

    select
        'account' as _source_table,
        account_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('account_number', 'CustomerAccount', 'give the account a number'),
            reject_duplicate('copies', 'CustomerAccount', 'account_number'),
            reject_unmapped('currency', 'currency_code', 'sales_currency_code', 'SalesCurrencyCode'),
            reject_unmapped(
                'country', 'address_country', 'address_country_code', 'AddressCountryRegionISOCode'
            ),
            reject_unmapped(
                'country', 'delivery_country', 'delivery_country_code',
                'DeliveryAddressCountryRegionISOCode'
            ),
            reject_too_long('account_number', 'CustomerAccount', 'finops__customers'),
            reject_too_long('account_name', 'OrganizationName', 'finops__customers'),
        ]) }} as rejections,
        account_id,
        data_area_id,
        account_number,
        account_name,
        credit_limit_amount,
        fax,
        email,
        phone,
        website_url,
        number_of_employees,
        description,
        sales_currency_code,
        address_street,
        address_city,
        address_zip_code,
        address_state,
        address_country_code,
        delivery_street,
        delivery_city,
        delivery_zip_code,
        delivery_state,
        delivery_country_code

    from looked_up

)

select * from checked
