-- Grain: one row per line of an adjustment or transfer, sent as part of an adjustment, filtered or rejected.
with

judged as (

    select
        *,
        case
            when document_kind = 'transfer' then 'not_an_adjustment'
            else filter_reason
        end as adjustment_filter_reason
    from {{ ref('int_inventory_lines_judged') }}

),

-- Finance posts a journal as it comes: half of an adjustment would move half of the stock, and a line of two
-- documents is missing in both
incomplete as (

    select
        inventory_adjustment_id,
        count(*) as line_count
    from judged
    where
        inventory_adjustment_id is not null and adjustment_filter_reason is null
        and not ({{ is_empty('rejections') }})
    group by inventory_adjustment_id

),

checked as (

    select
        'msdyn_inventoryadjustmentproduct' as _source_table,
        judged.inventory_adjustment_product_id as _source_id,
        judged.adjustment_filter_reason as filter_reason,
        case
            when incomplete.inventory_adjustment_id is null or not ({{ is_empty('judged.rejections') }})
                then judged.rejections
            else
                {{ list_of([
                    rejection(
                        'missing_parent', 'JournalNumber', 'judged.journal_number',
                        "concat('The adjustment goes out whole and ', cast(incomplete.line_count as string), "
                        ~ "' of its lines cannot go: see their rejections.')"
                    ),
                ]) }}
        end as rejections,
        judged.data_area_id,
        judged.journal_number,
        judged.line_number,
        judged.product_number,
        judged.quantity,
        judged.finance_warehouse_id,
        judged.site_id

    from judged

    left join incomplete
        on judged.inventory_adjustment_id = incomplete.inventory_adjustment_id

)

select * from checked
