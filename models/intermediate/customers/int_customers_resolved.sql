-- Grain: one row per account or contact: what a polymorphic customer lookup can point at.
with

accounts as (

    select * from {{ ref('stg_dataverse__accounts') }}

),

contacts as (

    select * from {{ ref('stg_dataverse__contacts') }}

),

resolved as (

    select
        account_id as customer_id,
        account_number as customer_number,
        'account' as customer_table,
        true as is_active_customer
    from accounts

    union all

    select
        contact_id as customer_id,
        contact_number as customer_number,
        'contact' as customer_table,
        -- the solution sets the flag when a document names the contact; without it the document is enough
        case
            when {{ column_is_missing('contact', 'msdynce_isactivecustomer') }} then true
            else coalesce(is_active_customer, false)
        end as is_active_customer
    from contacts

)

select * from resolved
