-- Grain: one row per account or contact and company whose documents name it, and one per account or
-- contact that no document names. Both become customers of Finance and share its numbers.
with

customers as (

    select * from {{ ref('int_customers_resolved') }}

),

named_by_documents as (

    select * from {{ ref('int_customers_named_by_documents') }}

),

scoped as (

    select
        customers.*,
        named_by_documents.data_area_id,
        case
            when not customers.is_active_customer then 'not_active_customer'
            when named_by_documents.data_area_id is null then 'not_named_by_a_document'
        end as filter_reason

    from customers

    left join named_by_documents
        on customers.customer_id = named_by_documents.customer_id

),

counted as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'customer_number']) }} as copies
    from scoped

)

select * from counted
