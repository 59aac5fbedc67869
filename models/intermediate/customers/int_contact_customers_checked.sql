-- Grain: one row per contact and company whose documents name it, and one per contact that none names.
with

contacts as (

    select * from {{ ref('stg_dataverse__contacts') }}

),

scoped_customers as (

    select * from {{ ref('int_customers_scoped') }}
    where customer_table = 'contact'

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        contacts.*,
        scoped_customers.data_area_id,
        scoped_customers.filter_reason,
        scoped_customers.copies,
        currencies.currency_code,
        {{ mapped_value('currency', 'currencies.currency_code') }} as sales_currency_code,
        {{ mapped_value('country', 'contacts.address_country') }} as address_country_code

    from contacts

    inner join scoped_customers
        on contacts.contact_id = scoped_customers.customer_id

    left join currencies
        on contacts.currency_id = currencies.currency_id

    {{ join_value_map('currency', 'currencies.currency_code') }}

    {{ join_value_map('country', 'contacts.address_country') }}

),

checked as (

    select
        'contact' as _source_table,
        contact_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('contact_number', 'CustomerAccount', 'give the contact a number'),
            reject_duplicate('copies', 'CustomerAccount', 'contact_number'),
            reject_unmapped('currency', 'currency_code', 'sales_currency_code', 'SalesCurrencyCode'),
            reject_unmapped(
                'country', 'address_country', 'address_country_code', 'AddressCountryRegionISOCode'
            ),
            reject_too_long('contact_number', 'CustomerAccount', 'finops__contact_customers'),
        ]) }} as rejections,
        contact_id,
        data_area_id,
        contact_number,
        full_name,
        first_name,
        middle_name,
        last_name,
        credit_limit_amount,
        fax,
        email,
        phone,
        website_url,
        description,
        sales_currency_code,
        address_street,
        address_city,
        address_zip_code,
        address_state,
        address_country_code

    from looked_up

)

select * from checked
