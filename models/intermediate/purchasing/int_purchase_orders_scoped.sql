-- Grain: one row per company and purchase order of Finance, with the order of Dataverse it is (columns that
-- begin with own_) and, where it does not go back, the reason.
with

purchase_orders as (

    select
        purchase_orders.*,
        companies.time_zone,
        {{ comparable('purchase_orders.purchase_order_row_id') }} as compared_row_id,
        {{ comparable('purchase_orders.purchase_order_number') }} as compared_number,
        {{ comparable("concat(purchase_orders.data_area_id, '/', purchase_orders.receiving_warehouse_id)") }}
            as compared_warehouse_row_id

    from {{ ref('stg_finops__purchase_orders') }} as purchase_orders

    left join {{ ref('companies') }} as companies
        on purchase_orders.data_area_id = companies.data_area_id

),

own_orders as (

    select
        own_orders.*,
        accounts.account_number as vendor_number,
        {{ comparable("concat(warehouses.data_area_id, '/', warehouses.finance_warehouse_id)") }}
            as compared_warehouse_row_id,
        remembered.compared_row_id

    from {{ ref('stg_dataverse__purchase_orders') }} as own_orders

    left join {{ ref('stg_dataverse__accounts') }} as accounts
        on own_orders.vendor_id = accounts.account_id

    left join {{ ref('int_warehouses_mapped_to_finance') }} as warehouses
        on own_orders.warehouse_id = warehouses.warehouse_id

    left join {{ ref('int_purchase_orders_remembered') }} as remembered
        on own_orders.purchase_order_id = remembered.purchase_order_id

),

own_numbers as (

    select
        {{ comparable('purchase_order_number') }} as compared_number,
        count(*) as namesakes,
        min(purchase_order_id) as purchase_order_id
    from own_orders
    group by {{ comparable('purchase_order_number') }}

),

remembered as (

    select * from {{ ref('int_purchase_orders_remembered') }}
    where is_meant_by_finance

),

finance_warehouses as (

    select
        *,
        {{ comparable('_source_id') }} as compared_row_id,
        {{ is_sent() }} as is_in_both
    from {{ ref('int_warehouses_checked') }}

),

identified as (

    select
        purchase_orders.*,
        remembered.purchase_order_id is not null as is_remembered,
        coalesce(remembered.went_to_finance, false) as came_from_dataverse,
        purchase_orders.is_confirmed or coalesce(remembered.came_back, false) as was_confirmed,
        coalesce(own_numbers.namesakes, 0) as namesakes,
        coalesce(
            remembered.purchase_order_id,
            own_numbers.purchase_order_id,
            {{ guid_of("concat('msdyn_purchaseorder/', purchase_orders.compared_number)") }}
        ) as purchase_order_id

    from purchase_orders

    left join remembered
        on purchase_orders.compared_row_id = remembered.compared_row_id

    left join own_numbers
        on purchase_orders.compared_number = own_numbers.compared_number

),

with_own as (

    select
        identified.*,
        own_orders.purchase_order_id is not null as is_in_dataverse,
        own_orders.compared_row_id as own_compared_row_id,
        own_orders.vendor_number as own_vendor_number,
        own_orders.expected_at as own_expected_at,
        finance_warehouses._source_id is not null
        and finance_warehouses.filter_reason is not null as is_warehouse_left_out,
        -- a van of Dataverse may stand for the same warehouse
        case
            when own_orders.compared_warehouse_row_id = identified.compared_warehouse_row_id
                then own_orders.warehouse_id
        end as own_warehouse_id,
        case when finance_warehouses.is_in_both then finance_warehouses.warehouse_id end
            as brought_warehouse_id,
        coalesce(finance_warehouses.is_in_dataverse, false) as is_brought_warehouse_in_dataverse

    from identified

    left join own_orders
        on identified.purchase_order_id = own_orders.purchase_order_id

    left join finance_warehouses
        on identified.compared_warehouse_row_id = finance_warehouses.compared_row_id

),

scoped as (

    select
        *,
        case
            when time_zone is null then 'company_not_in_seed'
            when came_from_dataverse and not was_confirmed then 'not_confirmed'
            when came_from_dataverse and not is_in_dataverse then 'came_from_dataverse'
            when is_canceled and not is_in_dataverse and not is_remembered
                then 'canceled_before_it_came'
            when is_warehouse_left_out and own_warehouse_id is null then 'warehouse_not_brought'
        end as filter_reason
    from with_own

)

select * from scoped
