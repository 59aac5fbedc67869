-- Grain: one row per company and line of a product receipt of Finance, sent to Dataverse, filtered or
-- rejected.
with

receipt_lines as (

    select
        *,
        {{ guid_of("concat('msdyn_purchaseorderreceiptproduct/', product_receipt_line_row_id)") }}
            as purchase_order_receipt_product_id,
        {{ comparable("concat(data_area_id, '/', receiving_warehouse_id)") }}
            as compared_warehouse_row_id
    from {{ ref('stg_finops__product_receipt_lines') }}

),

receipts as (

    select
        *,
        {{ is_sent() }} as is_receipt_sent
    from {{ ref('int_purchase_order_receipts_checked') }}

),

order_lines as (

    select
        *,
        {{ is_sent() }} as is_line_sent
    from {{ ref('int_purchase_order_products_checked') }}

),

own_lines as (

    select * from {{ ref('stg_dataverse__purchase_order_receipt_products') }}

),

finance_warehouses as (

    select
        *,
        {{ comparable('_source_id') }} as compared_row_id,
        {{ is_sent() }} as is_in_both
    from {{ ref('int_warehouses_checked') }}

),

looked_up as (

    select
        receipt_lines.*,
        receipts.purchase_order_receipt_id,
        receipts.purchase_order_id,
        receipts.filter_reason as receipt_filter_reason,
        coalesce(receipts.is_receipt_sent, false) as is_receipt_sent,
        order_lines.purchase_order_product_id,
        order_lines.filter_reason as line_filter_reason,
        coalesce(order_lines.is_line_sent, false) as is_line_sent,
        own_lines.purchase_order_receipt_product_id is not null as is_in_dataverse,
        finance_warehouses._source_id is not null
        and finance_warehouses.filter_reason is not null as is_warehouse_left_out,
        -- what the order line calls the warehouse: a van may stand for it
        case
            when order_lines.compared_warehouse_row_id = receipt_lines.compared_warehouse_row_id
                then order_lines.warehouse_id
        end as ordered_warehouse_id,
        case when finance_warehouses.is_in_both then finance_warehouses.warehouse_id end
            as brought_warehouse_id,
        coalesce(finance_warehouses.is_in_dataverse, false) as is_brought_warehouse_in_dataverse

    from receipt_lines

    left join receipts
        on {{ comparable('receipt_lines.product_receipt_row_id') }} = receipts.compared_row_id

    left join order_lines
        on
            {{ comparable('receipt_lines.purchase_order_row_id') }} = order_lines.compared_order_row_id
            and receipt_lines.line_number = order_lines.line_number

    left join own_lines
        on
            receipt_lines.purchase_order_receipt_product_id
            = own_lines.purchase_order_receipt_product_id

    left join finance_warehouses
        on receipt_lines.compared_warehouse_row_id = finance_warehouses.compared_row_id

),

checked as (

    select
        'VendProductReceiptLineEntity' as _source_table,
        product_receipt_line_row_id as _source_id,
        case
            when coalesce(receipt_filter_reason, line_filter_reason) is not null
                then 'parent_filtered'
            when is_warehouse_left_out and ordered_warehouse_id is null
                then 'warehouse_not_brought'
        end as filter_reason,
        {{ list_of([
            reject(
                'not is_receipt_sent', 'missing_parent', 'msdyn_purchaseorderreceipt',
                'product_receipt_record_id',
                "concat('Product receipt ', coalesce(cast(product_receipt_record_id as string), '(none)'), "
                ~ "' is not there, or is rejected itself.')"
            ),
            reject(
                'not is_line_sent', 'missing_parent', 'msdyn_purchaseorderproduct', 'line_number',
                "concat('Line ', coalesce(cast(line_number as string), '(none)'), ' of purchase order ', "
                ~ "coalesce(purchase_order_number, '(none)'), ' is not there, or is rejected itself.')"
            ),
            reject_not_in_dataverse(
                'receiving_warehouse_id', 'coalesce(ordered_warehouse_id, brought_warehouse_id) is not null',
                'msdyn_associatetowarehouse', 'Warehouse'
            ),
        ]) }} as rejections,
        purchase_order_receipt_product_id,
        is_in_dataverse,
        purchase_order_receipt_id,
        purchase_order_product_id,
        purchase_order_id,
        coalesce(ordered_warehouse_id, brought_warehouse_id) as warehouse_id,
        case
            when ordered_warehouse_id is null and not is_brought_warehouse_in_dataverse
                then brought_warehouse_id
        end as parent_warehouse_id,
        received_quantity

    from looked_up

)

select * from checked
