-- Grain: one row per warehouse of Dataverse, with the warehouse of Finance it stands for where there is one.
with

warehouses as (

    select * from {{ ref('stg_dataverse__warehouses') }}

),

finance_warehouses as (

    select * from {{ ref('stg_finops__warehouses') }}

),

mapped as (

    select
        warehouses.warehouse_id,
        warehouses.warehouse_name,
        companies.data_area_id,
        warehouse_lines.warehouse_id as finance_warehouse_id,
        case when not {{ is_blank('finance_warehouses.site_id') }} then finance_warehouses.site_id end
            as site_id

    from warehouses

    left join {{ ref('warehouses') }} as warehouse_lines
        on lower(trim(warehouses.warehouse_name)) = lower(trim(warehouse_lines.warehouse_name))

    left join {{ ref('companies') }} as companies
        on lower(trim(warehouse_lines.data_area_id)) = companies.data_area_id

    left join finance_warehouses
        on
            companies.data_area_id = finance_warehouses.data_area_id
            and {{ comparable('warehouse_lines.warehouse_id') }}
            = {{ comparable('finance_warehouses.warehouse_id') }}

)

select * from mapped
