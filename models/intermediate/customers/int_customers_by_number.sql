-- Grain: one row per customer number, as Finance compares numbers, with the account or contact of Dataverse
-- it means. An account goes before a contact; a number of two accounts, or of two contacts, means neither.
with

customers as (

    select
        *,
        {{ comparable('customer_number') }} as compared_number
    from {{ ref('int_customers_resolved') }}
    where not {{ is_blank('customer_number') }}

),

by_number as (

    select
        compared_number,
        sum(case when customer_table = 'account' then 1 else 0 end) as accounts,
        sum(case when customer_table = 'contact' then 1 else 0 end) as contacts,
        min(case when customer_table = 'account' then customer_id end) as account_id,
        min(case when customer_table = 'contact' then customer_id end) as contact_id
    from customers
    group by compared_number

),

final as (

    select
        compared_number,
        case when accounts = 1 then account_id end as account_id,
        case when accounts = 0 and contacts = 1 then contact_id end as contact_id
    from by_number

)

select * from final
