-- Target: CDS purchase order line entity. One row per line of such a purchase order.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_purchase_order_lines_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        purchase_order_number as PurchaseOrderNumber,
        cast(line_order as bigint) as LineNumber,
        released_number as ProductNumber,
        cast(quantity as decimal(32, 6)) as OrderedPurchaseQuantity,
        unit_symbol as PurchaseUnitSymbol,
        line_description as LineDescription,
        requested_delivery_date as RequestedDeliveryDate,
        finance_warehouse_id as ReceivingWarehouseId,

        -- never sent
        _source_table,
        _source_id

    from lines

)

select * from final
