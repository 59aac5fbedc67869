-- Grain: one row per order of Dataverse, sent, filtered or rejected.
with

sales_orders as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'sales_order_number']) }} as copies
    from {{ ref('int_crm_sales_orders_scoped') }}

),

customers_sent as (

    select * from {{ ref('int_customers_sent') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        sales_orders.*,
        case when sales_orders.customer_table = 'account' then sales_orders.customer_id end
            as account_id,
        case when sales_orders.customer_table = 'contact' then sales_orders.customer_id end
            as contact_id,
        customers_sent.customer_id is not null as is_customer_sent,
        currencies.currency_code,
        {{ mapped_value('country', 'sales_orders.ship_to_country') }} as ship_to_country_code

    from sales_orders

    left join customers_sent
        on
            sales_orders.customer_id = customers_sent.customer_id
            and sales_orders.data_area_id = customers_sent.data_area_id

    left join currencies
        on sales_orders.currency_id = currencies.currency_id

    {{ join_value_map('country', 'sales_orders.ship_to_country') }}

),

checked as (

    select
        'salesorder' as _source_table,
        sales_order_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('sales_order_number', 'SalesOrderNumber', 'give the order a number'),
            reject_duplicate('copies', 'SalesOrderNumber', 'sales_order_number'),
        ] + rules_of_a_sales_document('OrderingCustomerAccountNumber', 'order') + [
            reject_unmapped(
                'country', 'ship_to_country', 'ship_to_country_code',
                'DeliveryAddressCountryRegionISOCode'
            ),
            reject_too_long(
                'sales_order_number', 'SalesOrderNumber', 'finops__crm_sales_order_headers'
            ),
            reject_too_long(
                'sales_order_name', 'CustomersOrderReference', 'finops__crm_sales_order_headers'
            ),
        ]) }} as rejections,
        sales_order_id,
        data_area_id,
        sales_order_number,
        sales_order_name,
        account_id,
        contact_id,
        customer_number,
        currency_id,
        currency_code,
        total_amount,
        ship_to_line1,
        ship_to_line2,
        ship_to_city,
        ship_to_state,
        ship_to_zip_code,
        ship_to_country,
        ship_to_country_code,
        coalesce(state_code = 2 or processing_status_code = 647390010, false) as is_cancelled

    from looked_up

)

select * from checked
