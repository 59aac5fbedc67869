-- Grain: one row per work order that has lines: whether all its products are maintained in Finance.
with

product_lines as (

    select
        work_order_id,
        product_id
    from {{ ref('stg_dataverse__work_order_products') }}

),

service_lines as (

    select
        work_order_id,
        service_id as product_id
    from {{ ref('stg_dataverse__work_order_services') }}

),

products as (

    select * from {{ ref('stg_dataverse__products') }}

),

lines as (

    select * from product_lines

    union all

    select * from service_lines

),

maintained as (

    select
        lines.work_order_id,
        min(case when coalesce(products.is_maintained_externally, false) then 1 else 0 end) = 1
            as has_externally_maintained_products_only

    from lines

    left join products
        on lines.product_id = products.product_id

    where lines.work_order_id is not null
    group by lines.work_order_id

)

select * from maintained
