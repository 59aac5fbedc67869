-- Grain: one row per sales invoice of Finance, with the invoice and the order of Dataverse that have its
-- numbers (columns that begin with own_) and, where it does not go to Dataverse, the reason.
with

invoices as (

    select * from {{ ref('stg_finops__sales_invoices') }}

),

own_invoices as (

    select
        {{ comparable('invoice_number') }} as compared_number,
        count(*) as own_invoices,
        min(invoice_id) as own_invoice_id,
        min(finance_invoice_at) as own_invoice_at,
        max(case when coalesce(has_agreement_lines, false) then 1 else 0 end) = 1
            as is_agreement_invoice
    from {{ ref('stg_dataverse__invoices') }}
    where not {{ is_blank('invoice_number') }}
    group by {{ comparable('invoice_number') }}

),

-- a project contract is no order of Finance, whatever its number
own_orders as (

    select
        {{ comparable('sales_order_number') }} as compared_number,
        min(sales_order_id) as own_order_id
    from {{ ref('stg_dataverse__sales_orders') }}
    where coalesce(order_type_code, 0) <> 192350001
    group by {{ comparable('sales_order_number') }}
    having count(*) = 1

),

new_orders as (

    select
        {{ comparable('sales_order_number') }} as compared_number,
        sales_order_id as new_order_id
    from {{ ref('int_confirmed_sales_orders_checked') }}
    where {{ is_sent() }} and not is_in_dataverse

),

companies as (

    select * from {{ ref('companies') }}

),

scoped as (

    select
        invoices.*,
        companies.time_zone,
        coalesce(own_invoices.own_invoices, 0) as own_invoices,
        own_invoices.own_invoice_id,
        own_invoices.own_invoice_at,
        coalesce(own_invoices.is_agreement_invoice, false) as is_agreement_invoice,
        own_orders.own_order_id,
        case when own_orders.own_order_id is null then new_orders.new_order_id end as new_order_id,
        case
            when
                lower(invoices.origin_type)
                = lower({{ constant('finops__sales_order_headers', 'SalesOrderOriginType') }})
                then 'work_order_origin'
            -- free text invoices
            when invoices.sales_order_number is null then 'not_of_a_sales_order'
        end as filter_reason

    from invoices

    left join companies
        on invoices.data_area_id = companies.data_area_id

    left join own_invoices
        on {{ comparable('invoices.invoice_number') }} = own_invoices.compared_number

    left join own_orders
        on {{ comparable('invoices.sales_order_number') }} = own_orders.compared_number

    left join new_orders
        on {{ comparable('invoices.sales_order_number') }} = new_orders.compared_number

)

select * from scoped
