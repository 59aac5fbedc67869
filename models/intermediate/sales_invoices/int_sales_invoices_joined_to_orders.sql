-- Grain: one row per sales invoice of Finance, with the order of Dataverse that it is for (own_order_id), or
-- the one that is about to be made there (new_order_id).
with

invoices as (

    select
        *,
        {{ comparable("concat(data_area_id, '/', sales_order_number)") }} as compared_order_row_id
    from {{ ref('stg_finops__sales_invoices') }}

),

-- a project contract, or an order that Finance has never seen, is no order of Finance, whatever its number
own_orders as (

    select
        {{ comparable('orders.sales_order_number') }} as compared_number,
        count(*) as own_orders,
        min(orders.sales_order_id) as own_order_id,
        max(remembered.compared_row_id) as own_compared_row_id

    from {{ ref('stg_dataverse__sales_orders') }} as orders

    left join {{ ref('int_sales_orders_remembered') }} as remembered
        on orders.sales_order_id = remembered.row_id

    where
        coalesce(orders.order_type_code, 0) <> 192350001
        and (remembered.row_id is not null or coalesce(orders.is_maintained_externally, false))
    group by {{ comparable('orders.sales_order_number') }}

),

finance_orders as (

    select
        *,
        {{ comparable('_source_id') }} as compared_row_id,
        {{ is_sent() }} as is_order_sent
    from {{ ref('int_confirmed_sales_orders_checked') }}

),

joined as (

    select
        invoices.*,
        coalesce(own_orders.own_orders, 0) as own_orders,
        case
            when finance_orders.is_order_sent
                then
                    case
                        when finance_orders.is_in_dataverse then finance_orders.sales_order_id
                    end
            -- an order that does not go to Dataverse may be there: not one that is rejected
            when
                own_orders.own_orders = 1
                and (finance_orders._source_id is null or finance_orders.filter_reason is not null)
                and coalesce(
                    own_orders.own_compared_row_id = invoices.compared_order_row_id, true
                )
                then own_orders.own_order_id
        end as own_order_id,
        case
            when finance_orders.is_order_sent and not finance_orders.is_in_dataverse
                then finance_orders.sales_order_id
        end as new_order_id

    from invoices

    left join own_orders
        on {{ comparable('invoices.sales_order_number') }} = own_orders.compared_number

    left join finance_orders
        on invoices.compared_order_row_id = finance_orders.compared_row_id

)

select * from joined
