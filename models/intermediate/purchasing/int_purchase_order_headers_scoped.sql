-- Grain: one row per purchase order of Dataverse, with its company and, where it does not go out, the reason.
with

purchase_orders as (

    select * from {{ ref('stg_dataverse__purchase_orders') }}

),

accounts as (

    select * from {{ ref('stg_dataverse__accounts') }}

),

warehouses as (

    select * from {{ ref('int_warehouses_mapped_to_finance') }}

),

remembered as (

    select * from {{ ref('int_purchase_orders_remembered') }}

),

confirmed as (

    select {{ comparable('purchase_order_row_id') }} as compared_row_id
    from {{ ref('stg_finops__purchase_orders') }}
    where is_confirmed

),

looked_up as (

    select
        purchase_orders.*,
        accounts.account_number as vendor_number,
        invoice_accounts.account_number as invoice_vendor_number,
        warehouses.warehouse_name,
        warehouses.finance_warehouse_id,
        warehouses.data_area_id as warehouse_company,
        remembered.purchase_order_id is not null and not remembered.went_to_finance
            as came_from_finance,
        -- an order that is opened again in Finance stays there
        confirmed.compared_row_id is not null
        or coalesce(remembered.came_back, false) as was_confirmed

    from purchase_orders

    left join accounts
        on purchase_orders.vendor_id = accounts.account_id

    left join accounts as invoice_accounts
        on purchase_orders.invoice_vendor_id = invoice_accounts.account_id

    left join warehouses
        on purchase_orders.warehouse_id = warehouses.warehouse_id

    left join remembered
        on purchase_orders.purchase_order_id = remembered.purchase_order_id

    left join confirmed
        on remembered.compared_row_id = confirmed.compared_row_id

),

scoped as (

    select
        looked_up.*,
        companies.data_area_id,
        companies.time_zone,
        case
            when looked_up.came_from_finance then 'came_from_finance'
            -- from here on Finance says what the order is
            when looked_up.was_confirmed then 'confirmed_in_finance'
            when looked_up.state_code = 1 then 'not_active'
        end as filter_reason

    from looked_up

    {{ join_company(
        'looked_up.vendor_number', 'looked_up.business_unit_id', 'looked_up.warehouse_company'
    ) }}

)

select * from scoped
