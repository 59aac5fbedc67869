-- Grain: one row per company, purchase order and line of Finance, with the line of Dataverse it is (columns
-- that begin with own_) and, where it does not go back, the reason.
with

lines as (

    select
        *,
        {{ comparable('purchase_order_row_id') }} as compared_order_row_id,
        {{ comparable("concat(data_area_id, '/', receiving_warehouse_id)") }}
            as compared_warehouse_row_id
    from {{ ref('stg_finops__purchase_order_lines') }}

),

orders as (

    select
        *,
        {{ is_sent() }} as is_order_sent
    from {{ ref('int_purchase_orders_checked') }}

),

own_lines as (

    select
        own_lines.*,
        {{ mapped_value('unit', 'units.unit_name') }} as unit_symbol,
        {{ comparable("concat(warehouses.data_area_id, '/', warehouses.finance_warehouse_id)") }}
            as compared_warehouse_row_id,
        count(*) over (partition by own_lines.purchase_order_id, own_lines.line_order) as namesakes,
        row_number() over (
            partition by own_lines.purchase_order_id, own_lines.line_order
            order by own_lines.purchase_order_product_id
        ) as namesake_rank

    from {{ ref('stg_dataverse__purchase_order_products') }} as own_lines

    left join {{ ref('stg_dataverse__units') }} as units
        on own_lines.unit_id = units.unit_id

    left join {{ ref('int_warehouses_mapped_to_finance') }} as warehouses
        on own_lines.warehouse_id = warehouses.warehouse_id

    {{ join_value_map('unit', 'units.unit_name') }}

),

finance_warehouses as (

    select
        *,
        {{ comparable('_source_id') }} as compared_row_id,
        {{ is_sent() }} as is_in_both
    from {{ ref('int_warehouses_checked') }}

),

with_own as (

    select
        lines.*,
        orders.purchase_order_id,
        orders.compared_number as compared_order_number,
        orders.time_zone,
        orders.filter_reason as order_filter_reason,
        coalesce(orders.is_order_sent, false) as is_order_sent,
        own_lines.purchase_order_product_id as own_purchase_order_product_id,
        coalesce(own_lines.namesakes, 0) as namesakes,
        own_lines.quantity as own_quantity,
        own_lines.expected_at as own_expected_at,
        -- what stands for the same unit or warehouse of Finance stays as it is
        case
            when {{ comparable('own_lines.unit_symbol') }} = {{ comparable('lines.unit_symbol') }}
                then own_lines.unit_id
        end as own_unit_id,
        case
            when own_lines.compared_warehouse_row_id = lines.compared_warehouse_row_id
                then own_lines.warehouse_id
        end as own_warehouse_id,
        finance_warehouses._source_id is not null
        and finance_warehouses.filter_reason is not null as is_warehouse_left_out,
        case when finance_warehouses.is_in_both then finance_warehouses.warehouse_id end
            as brought_warehouse_id,
        coalesce(finance_warehouses.is_in_dataverse, false) as is_brought_warehouse_in_dataverse

    from lines

    left join orders
        on lines.compared_order_row_id = orders.compared_row_id

    left join own_lines
        on
            orders.purchase_order_id = own_lines.purchase_order_id
            and lines.line_number = own_lines.line_order
            and own_lines.namesake_rank = 1

    left join finance_warehouses
        on lines.compared_warehouse_row_id = finance_warehouses.compared_row_id

),

scoped as (

    select
        *,
        case
            when order_filter_reason is not null then 'parent_filtered'
            when {{ is_blank('product_number') }} then 'no_product'
            when is_canceled and own_purchase_order_product_id is null
                then 'canceled_before_it_came'
            when is_warehouse_left_out and own_warehouse_id is null then 'warehouse_not_brought'
        end as filter_reason
    from with_own

)

select * from scoped
