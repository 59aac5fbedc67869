-- Grain: one row per line of an adjustment or transfer, sent as part of a transfer, filtered or rejected.
with

judged as (

    select
        *,
        case
            when document_kind = 'adjustment' then 'not_a_transfer'
            else filter_reason
        end as transfer_filter_reason
    from {{ ref('int_inventory_lines_judged') }}

),

-- Finance posts a journal as it comes: half of a transfer would move half of the stock, and a line of two
-- documents is missing in both
incomplete as (

    select
        inventory_transfer_id,
        count(*) as line_count
    from judged
    where
        inventory_transfer_id is not null and transfer_filter_reason is null
        and not ({{ is_empty('rejections') }})
    group by inventory_transfer_id

),

checked as (

    select
        'msdyn_inventoryadjustmentproduct' as _source_table,
        judged.inventory_adjustment_product_id as _source_id,
        judged.transfer_filter_reason as filter_reason,
        case
            when incomplete.inventory_transfer_id is null or not ({{ is_empty('judged.rejections') }})
                then judged.rejections
            else
                {{ list_of([
                    rejection(
                        'missing_parent', 'JournalNumber', 'judged.journal_number',
                        "concat('The transfer goes out whole and ', cast(incomplete.line_count as string), "
                        ~ "' of its lines cannot go: see their rejections.')"
                    ),
                ]) }}
        end as rejections,
        judged.data_area_id,
        judged.journal_number,
        judged.line_number,
        judged.product_number,
        judged.quantity,
        judged.source_finance_warehouse_id,
        judged.source_site_id,
        judged.destination_finance_warehouse_id,
        judged.destination_site_id

    from judged

    left join incomplete
        on judged.inventory_transfer_id = incomplete.inventory_transfer_id

)

select * from checked
