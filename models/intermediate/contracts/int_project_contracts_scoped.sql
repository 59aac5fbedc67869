-- Grain: one row per order, with its company and, where it is no project contract, the reason.
with

sales_orders as (

    select * from {{ ref('stg_dataverse__sales_orders') }}

),

contracting_units as (

    select * from {{ ref('int_contracting_units_mapped_to_companies') }}

),

scoped as (

    select
        sales_orders.*,
        contracting_units.organizational_unit_name,
        contracting_units.data_area_id,
        contracting_units.time_zone,
        -- only work based orders (192350001) are project contracts
        case
            when coalesce(sales_orders.order_type_code, 0) <> 192350001 then 'not_work_based'
        end as filter_reason

    from sales_orders

    left join contracting_units
        on sales_orders.contracting_unit_id = contracting_units.organizational_unit_id

)

select * from scoped
