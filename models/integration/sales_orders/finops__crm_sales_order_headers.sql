-- Target: CDS sales order headers. One row per activated order of Dataverse.
-- Column names are the target's own; nothing renames them after this.
with

sales_orders as (

    select * from {{ ref('int_crm_sales_order_headers_checked') }}
    where {{ is_sent() }}

),

-- an order that came back from Finance shows what Finance made of it, which is no news there
remembered as (

    select * from {{ ref('int_sales_orders_remembered') }}
    where payload_to_finance is not null

),

final as (

    select
        sales_orders.data_area_id as dataAreaId,
        sales_orders.sales_order_number as SalesOrderNumber,
        {{ without_echo(
            'sales_orders.customer_number', 'OrderingCustomerAccountNumber', 'string',
            [
                ('sales_orders.account_id', 'customerid_account', 'string'),
                ('sales_orders.contact_id', 'customerid_contact', 'string'),
            ],
            is_required=true
        ) }} as OrderingCustomerAccountNumber,
        {{ without_echo(
            'sales_orders.sales_order_name', 'CustomersOrderReference', 'string',
            [('sales_orders.sales_order_name', 'name', 'string')]
        ) }} as CustomersOrderReference,
        {{ without_echo(
            'cast(sales_orders.total_amount as decimal(32, 6))', 'OrderTotalAmount',
            'decimal(32, 6)', [('sales_orders.total_amount', 'totalamount', 'decimal(19, 4)')]
        ) }} as OrderTotalAmount,
        {{ without_echo(
            'sales_orders.currency_code', 'CurrencyCode', 'string',
            [('sales_orders.currency_id', 'transactioncurrencyid', 'string')], is_required=true
        ) }} as CurrencyCode,
        {{ constant('finops__crm_sales_order_headers', 'DeliveryAddressName') }}
            as DeliveryAddressName,
        {{ constant('finops__crm_sales_order_headers', 'DeliveryAddressDescription') }}
            as DeliveryAddressDescription,
        {{ constant('finops__crm_sales_order_headers', 'IsDeliveryAddressOrderSpecific') }}
            as IsDeliveryAddressOrderSpecific,
        {{ without_echo(
            'sales_orders.ship_to_line1', 'DeliveryAddressStreet', 'string',
            [('sales_orders.ship_to_line1', 'shipto_line1', 'string')]
        ) }} as DeliveryAddressStreet,
        {{ without_echo(
            'sales_orders.ship_to_line2', 'DeliveryAddressStreetNumber', 'string',
            [('sales_orders.ship_to_line2', 'shipto_line2', 'string')]
        ) }} as DeliveryAddressStreetNumber,
        {{ without_echo(
            'sales_orders.ship_to_city', 'DeliveryAddressCity', 'string',
            [('sales_orders.ship_to_city', 'shipto_city', 'string')]
        ) }} as DeliveryAddressCity,
        {{ without_echo(
            'sales_orders.ship_to_zip_code', 'DeliveryAddressZipCode', 'string',
            [('sales_orders.ship_to_zip_code', 'shipto_postalcode', 'string')]
        ) }} as DeliveryAddressZipCode,
        {{ without_echo(
            'sales_orders.ship_to_state', 'DeliveryAddressStateId', 'string',
            [('sales_orders.ship_to_state', 'shipto_stateorprovince', 'string')]
        ) }} as DeliveryAddressStateId,
        {{ without_echo(
            'sales_orders.ship_to_country_code', 'DeliveryAddressCountryRegionISOCode', 'string',
            [('sales_orders.ship_to_country', 'shipto_country', 'string')]
        ) }} as DeliveryAddressCountryRegionISOCode,

        -- never sent
        case when sales_orders.account_id is not null then sales_orders.customer_number end
            as _parent_customer,
        case when sales_orders.contact_id is not null then sales_orders.customer_number end
            as _parent_contact,
        sales_orders.is_cancelled as _is_cancelled,
        sales_orders._source_table,
        sales_orders._source_id

    from sales_orders

    left join remembered
        on sales_orders.sales_order_id = remembered.row_id

)

select * from final
