-- Target: CDS Inventory adjustment journal headers and lines. One row per line of a posted adjustment.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_inventory_adjustments_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        journal_number as JournalNumber,
        cast(line_number as decimal(32, 6)) as LineNumber,
        {{ constant('finops__inventory_adjustments', 'JournalNameId') }} as JournalNameId,
        product_number as ProductNumber,
        cast(quantity as decimal(32, 6)) as InventoryQuantity,
        site_id as InventorySiteId,
        finance_warehouse_id as WarehouseId,

        -- never sent
        _source_table,
        _source_id

    from lines

)

select * from final
