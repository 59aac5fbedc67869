-- Grain: one row per contact and company its account is a customer of, and one per contact without such an
-- account.
with

contacts as (

    select * from {{ ref('stg_dataverse__contacts') }}

),

needed_accounts as (

    select
        account_id,
        account_number,
        data_area_id,
        {{ is_sent() }} as is_account_sent
    from {{ ref('int_customers_checked') }}
    where filter_reason is null

),

accounts as (

    select account_id
    from {{ ref('stg_dataverse__accounts') }}

),

contacts_as_customers as (

    select distinct customer_id
    from {{ ref('int_customers_scoped') }}
    where customer_table = 'contact' and filter_reason is null

),

flagged as (

    select
        contacts.*,
        case
            when {{ column_is_missing('contact', 'msdynce_isactivecustomer') }}
                then contacts_as_customers.customer_id is not null
            else coalesce(contacts.is_active_customer, false)
        end as is_customer,
        case
            when contacts.parent_customer_id is null then false
            when {{ column_is_missing('contact', 'msdynce_iscompanyanaccount') }}
                then accounts.account_id is not null
            else coalesce(contacts.has_account_as_company, false)
        end as has_parent_account

    from contacts

    left join contacts_as_customers
        on contacts.contact_id = contacts_as_customers.customer_id

    left join accounts
        on contacts.parent_customer_id = accounts.account_id

),

scoped as (

    select
        flagged.*,
        needed_accounts.account_number,
        needed_accounts.data_area_id,
        needed_accounts.is_account_sent,
        case
            when flagged.is_customer then 'is_active_customer'
            when not flagged.has_parent_account then 'no_parent_account'
            when needed_accounts.account_id is null then 'parent_not_sent'
        end as filter_reason

    from flagged

    left join needed_accounts
        on flagged.parent_customer_id = needed_accounts.account_id

),

looked_up as (

    select
        scoped.*,
        {{ copies_of_key(['scoped.data_area_id', 'scoped.contact_number']) }} as copies,
        {{ mapped_value('country', 'scoped.address_country') }} as address_country_code,
        {{ mapped_value('gender', 'scoped.gender_code') }} as gender_symbol,
        {{ mapped_value('marital_status', 'scoped.family_status_code') }}
            as marital_status_symbol

    from scoped

    {{ join_value_map('country', 'scoped.address_country') }}

    {{ join_value_map('gender', 'scoped.gender_code') }}

    {{ join_value_map('marital_status', 'scoped.family_status_code') }}

),

checked as (

    select
        'contact' as _source_table,
        contact_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key(
                'contact_number', 'ContactPersonPartyNumber', 'give the contact a number'
            ),
            reject_duplicate('copies', 'ContactPersonPartyNumber', 'contact_number'),
            reject_missing_parent(
                'parent_customer_id', 'is_account_sent', 'AssociatedPartyNumber', 'Account'
            ),
            reject_unmapped(
                'country', 'address_country', 'address_country_code',
                'PrimaryAddressCountryRegionISOCode'
            ),
            reject_unmapped_personal('gender', 'gender_code', 'gender_symbol', 'Gender'),
            reject_unmapped_personal(
                'marital_status', 'family_status_code', 'marital_status_symbol', 'MaritalStatus'
            ),
            reject_too_long(
                'contact_number', 'ContactPersonPartyNumber', 'finops__contact_persons'
            ),
        ]) }} as rejections,
        data_area_id,
        contact_number,
        account_number,
        first_name,
        middle_name,
        last_name,
        department,
        job_title,
        description,
        email,
        phone,
        website_url,
        government_id,
        address_street,
        address_city,
        address_zip_code,
        address_state,
        address_country_code,
        gender_symbol,
        marital_status_symbol,
        is_without_email,
        state_code

    from looked_up

)

select * from checked
