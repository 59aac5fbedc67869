-- Grain: one row per quote, with its company and, where it does not go out, the reason.
with

quotes as (

    select * from {{ ref('stg_dataverse__quotes') }}

),

quote_details as (

    select * from {{ ref('stg_dataverse__quote_details') }}

),

products as (

    select * from {{ ref('stg_dataverse__products') }}

),

customers as (

    select * from {{ ref('int_customers_resolved') }}

),

maintained as (

    select
        quote_details.quote_id,
        min(case when coalesce(products.is_maintained_externally, false) then 1 else 0 end) = 1
            as has_externally_maintained_products_only

    from quote_details

    left join products
        on quote_details.product_id = products.product_id

    group by quote_details.quote_id

),

with_flag as (

    select
        quotes.*,
        customers.customer_number,
        customers.customer_table,
        customers.is_active_customer,
        -- a quote without lines counts as maintained
        case
            when {{ column_is_missing('quote', 'msdynce_hasexternallymaintainedproductsonly') }}
                then coalesce(maintained.has_externally_maintained_products_only, true)
            else coalesce(quotes.has_externally_maintained_products_only, false)
        end as is_maintained_externally

    from quotes

    left join maintained
        on quotes.quote_id = maintained.quote_id

    left join customers
        on quotes.customer_id = customers.customer_id

),

scoped as (

    select
        with_flag.*,
        companies.data_area_id,
        case
            -- lost, cancelled, or revised: its successor has the same number
            when with_flag.state_code = 3 then 'closed_quote'
            -- Active and Won
            when with_flag.state_code is null or with_flag.state_code not in (1, 2)
                then 'not_activated'
            when not with_flag.is_maintained_externally then 'not_externally_maintained'
        end as filter_reason

    from with_flag

    {{ join_company('with_flag.customer_number', 'with_flag.business_unit_id') }}

)

select * from scoped
