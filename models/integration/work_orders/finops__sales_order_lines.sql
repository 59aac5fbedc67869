-- Target: CDS sales order lines. One row per product or service in scope.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_sales_order_lines_checked') }}
    where {{ is_sent() }}

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

    from lines

)

select * from final
