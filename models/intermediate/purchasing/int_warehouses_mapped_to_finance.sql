-- Grain: one row per warehouse of Dataverse, with the warehouse of Finance that the seed names for it.
with

mapped as (

    select
        warehouses.warehouse_id,
        warehouses.warehouse_name,
        lower(seed_lines.data_area_id) as data_area_id,
        seed_lines.warehouse_id as finance_warehouse_id

    from {{ ref('stg_dataverse__warehouses') }} as warehouses

    left join {{ ref('warehouses') }} as seed_lines
        on
            {{ comparable('warehouses.warehouse_name') }}
            = {{ comparable('trim(seed_lines.warehouse_name)') }}

)

select * from mapped
