-- Grain: one row per company, product, site and warehouse of Finance, with the stock of all sites together in
-- the warehouse of Dataverse that the seed brings it to. Without one the sums mean nothing.
with

stock as (

    select
        stock.*,
        brought.warehouse_name,
        {{ comparable('stock.product_number') }} as compared_number,
        lower(trim(brought.warehouse_name)) as compared_warehouse

    from {{ ref('stg_finops__on_hand_inventory') }} as stock

    left join {{ ref('warehouses') }} as brought
        on
            brought.is_brought
            and stock.data_area_id = lower(brought.data_area_id)
            and {{ comparable('stock.warehouse_id') }} = {{ comparable('brought.warehouse_id') }}

),

-- Dataverse has one level per product and warehouse, which the row of the first site carries
final as (

    select
        on_hand_row_id,
        data_area_id,
        product_number,
        warehouse_name,
        compared_number,
        compared_warehouse,
        sum(on_hand_quantity) over (partition by compared_number, compared_warehouse) as on_hand_quantity,
        sum(on_order_quantity) over (partition by compared_number, compared_warehouse) as on_order_quantity,
        sum(ordered_quantity) over (partition by compared_number, compared_warehouse) as ordered_quantity,
        row_number() over (
            partition by compared_number, compared_warehouse
            order by site_id, on_hand_row_id
        ) as site_rank
    from stock

)

select * from final
