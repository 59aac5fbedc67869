-- Target: CDS sales order lines. One row per line of an activated order of Dataverse.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_crm_sales_order_lines_checked') }}
    where {{ is_sent() }}

),

-- a line that came back from Finance shows what Finance made of it, which is no news there
remembered as (

    select * from {{ ref('int_sales_orders_remembered') }}
    where payload_to_finance is not null

),

final as (

    select
        lines.data_area_id as dataAreaId,
        lines.sales_order_number as SalesOrderNumber,
        lines.sequence_number as LineCreationSequenceNumber,
        {{ without_echo(
            'lines.product_number', 'ProductNumber', 'string',
            [('lines.product_id', 'productid', 'string')], is_required=true
        ) }} as ProductNumber,
        {{ without_echo(
            'cast(lines.quantity as decimal(32, 6))', 'OrderedSalesQuantity', 'decimal(32, 6)',
            [('lines.quantity', 'quantity', 'decimal(23, 10)')], is_required=true
        ) }} as OrderedSalesQuantity,
        {{ without_echo(
            'lines.unit_symbol', 'SalesUnitSymbol', 'string',
            [('lines.unit_id', 'uomid', 'string')]
        ) }} as SalesUnitSymbol,
        {{ without_echo(
            'cast(lines.unit_price as decimal(32, 6))', 'SalesPrice', 'decimal(32, 6)',
            [('lines.unit_price', 'priceperunit', 'decimal(19, 4)')], is_required=true
        ) }} as SalesPrice,
        {{ without_echo(
            'cast(lines.discount_amount as decimal(32, 6))', 'TotalDiscountAmount',
            'decimal(32, 6)',
            [('lines.discount_amount', 'manualdiscountamount', 'decimal(19, 4)')]
        ) }} as TotalDiscountAmount,

        -- never sent
        lines.is_cancelled as _is_cancelled,
        lines._source_table,
        lines._source_id

    from lines

    left join remembered
        on lines.sales_order_detail_id = remembered.row_id

)

select * from final
