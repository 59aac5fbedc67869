-- Grain: one row per order of Dataverse, with its company and, where it does not go to Finance, the reason.
with

sales_orders as (

    select * from {{ ref('stg_dataverse__sales_orders') }}

),

sales_order_details as (

    select * from {{ ref('stg_dataverse__sales_order_details') }}

),

products as (

    select * from {{ ref('stg_dataverse__products') }}

),

maintained as (

    select
        sales_order_details.sales_order_id,
        min(case when coalesce(products.is_maintained_externally, false) then 1 else 0 end) = 1
            as has_externally_maintained_products_only

    from sales_order_details

    left join products
        on sales_order_details.product_id = products.product_id

    group by sales_order_details.sales_order_id

),

customers as (

    select * from {{ ref('int_customers_resolved') }}

),

remembered as (

    select * from {{ ref('int_sales_orders_remembered') }}

),

joined as (

    select
        sales_orders.*,
        -- an order without lines counts as maintained
        case
            when {{ column_is_missing('salesorder', 'msdynce_hasexternallymaintainedproductsonly') }}
                then coalesce(maintained.has_externally_maintained_products_only, true)
            else coalesce(sales_orders.has_externally_maintained_products_only, false)
        end as is_of_maintained_products,
        customers.customer_number,
        customers.customer_table,
        customers.is_active_customer,
        {{ payload_member('remembered.payload_to_finance', 'dataAreaId') }} as accepted_data_area_id,
        -- what Finance has never got from here and Dataverse has from there
        remembered.payload_to_finance is null
        and (
            remembered.payload_from_finance is not null
            or coalesce(sales_orders.is_maintained_externally, false)
        ) as is_from_finance

    from sales_orders

    left join maintained
        on sales_orders.sales_order_id = maintained.sales_order_id

    left join customers
        on sales_orders.customer_id = customers.customer_id

    left join remembered
        on sales_orders.sales_order_id = remembered.row_id

),

scoped as (

    select
        joined.*,
        -- Finance is the master of an order it has accepted, so the order stays where it is
        coalesce(joined.accepted_data_area_id, companies.data_area_id) as data_area_id,
        case
            -- work based orders go with the template projects_and_contracts
            when coalesce(joined.order_type_code, 0) = 192350001 then 'project_contract'
            when joined.is_from_finance then 'came_from_finance'
            -- a draft (647390011) is not activated yet
            when coalesce(joined.processing_status_code, 647390011) = 647390011
                then 'not_activated'
            when not joined.is_of_maintained_products then 'not_externally_maintained'
        end as filter_reason

    from joined

    {{ join_company('joined.customer_number', 'joined.business_unit_id') }}

)

select * from scoped
