-- Grain: one row per customer and company it is sent to: where a document finds its customer,
-- be it an account or a contact.
with

sent_accounts as (

    select
        account_id as customer_id,
        account_number as customer_number,
        'account' as customer_table,
        data_area_id
    from {{ ref('int_customers_checked') }}
    where {{ is_sent() }}

),

sent_contacts as (

    select
        contact_id as customer_id,
        contact_number as customer_number,
        'contact' as customer_table,
        data_area_id
    from {{ ref('int_contact_customers_checked') }}
    where {{ is_sent() }}

),

united as (

    select * from sent_accounts

    union all

    select * from sent_contacts

)

select * from united
