-- Target: CDS sales quotation lines. One row per line of an activated quote.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_sales_quotation_lines_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        quote_number as SalesQuotationNumber,
        sequence_number as LineCreationSequenceNumber,
        product_number as ProductNumber,
        cast(quantity as decimal(32, 6)) as RequestedSalesQuantity,
        unit_symbol as SalesUnitSymbol,
        cast(unit_price as decimal(32, 6)) as SalesPrice,
        cast(discount_amount as decimal(32, 6)) as TotalDiscountAmount,

        -- never sent
        _source_table,
        _source_id

    from lines

)

select * from final
