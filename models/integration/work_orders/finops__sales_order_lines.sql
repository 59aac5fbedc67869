-- Target: CDS sales order lines. One row per product or service in scope.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_sales_order_lines_checked') }}
    where {{ is_sent() }}

),

warehouses as (

    select * from {{ ref('int_warehouses_mapped_to_finance') }}

),

-- a warehouse that stands for none of the company is left to Finance, as where the line names none
with_warehouse as (

    select
        lines.*,
        warehouses.finance_warehouse_id,
        warehouses.site_id

    from lines

    left join warehouses
        on
            lines.warehouse_id = warehouses.warehouse_id
            and lines.data_area_id = warehouses.data_area_id

),

final as (

    select
        data_area_id as dataAreaId,
        work_order_number as SalesOrderNumber,
        cast(line_number as integer) as LineCreationSequenceNumber,
        product_number as ProductNumber,
        cast(quantity as decimal(32, 6)) as OrderedSalesQuantity,
        unit_symbol as SalesUnitSymbol,
        cast(unit_amount as decimal(32, 6)) as SalesPrice,
        cast(discount_amount as decimal(32, 6)) as TotalDiscountAmount,
        site_id as ShippingSiteId,
        finance_warehouse_id as ShippingWarehouseId,

        -- never sent
        _source_table,
        _source_id

    from with_warehouse

)

select * from final
