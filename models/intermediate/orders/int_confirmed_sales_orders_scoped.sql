-- Grain: one row per company and sales order of Finance, with the order of Dataverse that has its number
-- (columns that begin with own_) and, where it does not go to Dataverse, the reason.
with

sales_orders as (

    select
        sales_orders.*,
        companies.data_area_id is not null as is_company_known,
        {{ comparable('sales_orders.sales_order_row_id') }} as compared_row_id

    from {{ ref('stg_finops__sales_orders') }} as sales_orders

    left join {{ ref('companies') }} as companies
        on sales_orders.data_area_id = companies.data_area_id

),

remembered as (

    select * from {{ ref('int_sales_orders_remembered') }}

),

remembered_rows as (

    select distinct compared_row_id
    from remembered
    where compared_row_id is not null

),

own_orders as (

    select
        {{ comparable('orders.sales_order_number') }} as compared_number,
        count(*) as own_orders,
        min(orders.sales_order_id) as own_order_id,
        max(remembered.compared_row_id) as own_compared_row_id,
        max(case when orders.order_type_code = 192350001 then 1 else 0 end) = 1
            as is_project_contract,
        -- neither sent to Finance nor come from there, so another one than that of Finance
        max(
            case
                when
                    remembered.row_id is null
                    and not coalesce(orders.is_maintained_externally, false)
                    then 1
                else 0
            end
        ) = 1 as is_unknown_to_finance

    from {{ ref('stg_dataverse__sales_orders') }} as orders

    left join remembered
        on orders.sales_order_id = remembered.row_id

    where not {{ is_blank('orders.sales_order_number') }}
    group by {{ comparable('orders.sales_order_number') }}

),

joined as (

    select
        sales_orders.*,
        coalesce(own_orders.own_orders, 0) as own_orders,
        own_orders.own_order_id,
        own_orders.own_compared_row_id,
        remembered_rows.compared_row_id is not null as is_remembered,
        -- the order of Dataverse is that of another company, or of another number
        coalesce(own_orders.own_compared_row_id <> sales_orders.compared_row_id, false)
            as is_another_order,
        coalesce(own_orders.is_project_contract, false) as is_project_contract,
        coalesce(own_orders.is_unknown_to_finance, false) as is_unknown_to_finance,
        {{ mapped_value('sales_order_processing_status', 'sales_orders.processing_status') }}
            as processing_status_code

    from sales_orders

    left join own_orders
        on {{ comparable('sales_orders.sales_order_number') }} = own_orders.compared_number

    left join remembered_rows
        on sales_orders.compared_row_id = remembered_rows.compared_row_id

    {{ join_value_map('sales_order_processing_status', 'sales_orders.processing_status') }}

),

scoped as (

    select
        *,
        case
            when not is_company_known then 'company_not_in_seed'
            when
                lower(origin_type)
                = lower({{ constant('finops__sales_order_headers', 'SalesOrderOriginType') }})
                then 'work_order_origin'
            when
                not (
                    is_ordering_customer_maintained_externally
                    and is_invoice_customer_maintained_externally
                )
                then 'not_externally_maintained_customer'
            -- Active and Draft
            when processing_status is null or processing_status_code in ('647390000', '647390011')
                then 'not_confirmed'
            when not are_totals_updated then 'totals_not_calculated'
        end as filter_reason
    from joined

)

select * from scoped
