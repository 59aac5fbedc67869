-- Grain: one row per company and sales order of Finance, sent to Dataverse, filtered or rejected.
with

sales_orders as (

    select
        *,
        {{ copies_of_key(['sales_order_number']) }} as copies
    from {{ ref('int_confirmed_sales_orders_scoped') }}

),

customers as (

    select * from {{ ref('int_customers_by_number') }}

),

currencies as (

    select * from {{ ref('int_currencies_by_code') }}

),

price_lists as (

    {{ only_row_by('stg_dataverse__price_lists', 'price_list_name', 'price_list_id') }}

),

mapped as (

    select
        sales_orders.*,
        customers.account_id,
        customers.contact_id,
        currencies.currency_id,
        {{ mapped_value('price_list', 'sales_orders.currency_code') }} as price_list_name,
        -- no country is none, and not the one that people mean when they leave it out
        case
            when not {{ is_blank('sales_orders.invoice_country_region') }}
                then {{ mapped_value('country', 'sales_orders.invoice_country_region') }}
        end as invoice_country_code

    from sales_orders

    left join customers
        on {{ comparable('sales_orders.customer_number') }} = customers.compared_number

    left join currencies
        on {{ comparable('sales_orders.currency_code') }} = currencies.compared_code

    {{ join_value_map('price_list', 'sales_orders.currency_code') }}

    {{ join_value_map('country', 'sales_orders.invoice_country_region') }}

),

looked_up as (

    select
        mapped.*,
        price_lists.price_list_id

    from mapped

    left join price_lists
        on {{ comparable('mapped.price_list_name') }} = price_lists.compared_key

),

checked as (

    select
        'CDSSalesOrderHeaders' as _source_table,
        sales_order_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_one_of_several('order', 'sales_order_number', 'ordernumber', 'companies'),
            reject_number_of_another(
                'order', 'sales_order_number', 'ordernumber', 'own_orders = 1 and is_another_order'
            ),
            reject(
                'own_orders > 1', 'duplicate_key', 'ordernumber', 'sales_order_number',
                "concat('Dataverse has ', cast(own_orders as string), ' orders ', sales_order_number, "
                ~ "'. Renumber all but one.')"
            ),
            reject(
                'is_project_contract', 'duplicate_key', 'ordernumber', 'sales_order_number',
                "concat('Dataverse has a project contract ', sales_order_number, "
                ~ "', which is another order than that of Finance. Renumber one of them.')"
            ),
            reject(
                'own_orders = 1 and is_unknown_to_finance and not is_project_contract',
                'duplicate_key', 'ordernumber', 'sales_order_number',
                "concat('Dataverse has an order ', sales_order_number, ' that Finance has not got from here. "
                ~ "Renumber one of them; or, where they are one order, take over that of Finance.')"
            ),
            reject_missing('customer_number', 'customerid', 'Finance has no customer for the order'),
            reject_not_in_dataverse(
                'customer_number', 'account_id is not null or contact_id is not null',
                'customerid', 'Account or contact'
            ),
            reject_missing(
                'currency_code', 'transactioncurrencyid', 'Finance has no currency for the order'
            ),
            reject_not_in_dataverse(
                'currency_code', 'currency_id is not null', 'transactioncurrencyid', 'Currency'
            ),
            reject_not_in_dataverse(
                'price_list_name', 'price_list_id is not null', 'pricelevelid', 'Price list'
            ),
            reject_unmapped(
                'sales_order_processing_status', 'processing_status', 'processing_status_code',
                'msdynce_processingstatus'
            ),
            reject_unmapped(
                'country', 'invoice_country_region', 'invoice_country_code', 'billto_country'
            ),
            reject_too_long('sales_order_name', 'name', 'dataverse__sales_orders'),
        ]) }} as rejections,
        -- an order keeps its id; a new one gets an id made of its number
        coalesce(
            own_order_id,
            {{ guid_of("concat('salesorder/', " ~ comparable('sales_order_number') ~ ")") }}
        ) as sales_order_id,
        own_order_id is not null as is_in_dataverse,
        -- Cancelled (647390010) before Dataverse had it
        coalesce(processing_status_code = '647390010' and own_order_id is null, false)
            as is_cancelled,
        data_area_id,
        sales_order_number,
        sales_order_name,
        customers_order_reference,
        account_id,
        contact_id,
        currency_id,
        price_list_id,
        cast(processing_status_code as integer) as processing_status_code,
        total_amount,
        discount_amount,
        total_tax_amount,
        charges_amount,
        header_tax_amount,
        delivery_street,
        delivery_street_number,
        delivery_city,
        delivery_zip_code,
        delivery_state,
        delivery_country_code,
        invoice_street,
        invoice_street_number,
        invoice_city,
        invoice_zip_code,
        invoice_state,
        invoice_country_code

    from looked_up

)

select * from checked
