-- Target: CDS inventory transfer journal headers and lines. One row per line of a posted transfer.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_inventory_transfers_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        journal_number as JournalNumber,
        cast(line_number as decimal(32, 6)) as LineNumber,
        {{ constant('finops__inventory_transfers', 'JournalNameId') }} as JournalNameId,
        product_number as ProductNumber,
        cast(quantity as decimal(32, 6)) as InventoryQuantity,
        source_site_id as SourceInventorySiteId,
        source_finance_warehouse_id as SourceWarehouseId,
        destination_site_id as DestinationInventorySiteId,
        destination_finance_warehouse_id as DestinationWarehouseId,

        -- never sent
        _source_table,
        _source_id

    from lines

)

select * from final
