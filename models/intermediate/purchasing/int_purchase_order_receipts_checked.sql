-- Grain: one row per company and product receipt of Finance, sent to Dataverse, filtered or rejected.
with

receipts as (

    select * from {{ ref('stg_finops__product_receipts') }}

),

orders as (

    select
        *,
        {{ is_sent() }} as is_order_sent
    from {{ ref('int_purchase_orders_checked') }}

),

own_receipts as (

    select * from {{ ref('stg_dataverse__purchase_order_receipts') }}

),

identified as (

    select
        *,
        -- a receipt is known by its record in Finance: its number is the vendor's
        {{ guid_of("concat('msdyn_purchaseorderreceipt/', product_receipt_row_id)") }}
            as purchase_order_receipt_id
    from receipts

),

looked_up as (

    select
        identified.*,
        orders.purchase_order_id,
        orders.time_zone,
        orders.filter_reason as order_filter_reason,
        coalesce(orders.is_order_sent, false) as is_order_sent,
        own_receipts.purchase_order_receipt_id is not null as is_in_dataverse

    from identified

    left join orders
        on {{ comparable('identified.purchase_order_row_id') }} = orders.compared_row_id

    left join own_receipts
        on identified.purchase_order_receipt_id = own_receipts.purchase_order_receipt_id

),

checked as (

    select
        'VendProductReceiptHeaderEntity' as _source_table,
        product_receipt_row_id as _source_id,
        case
            when order_filter_reason is not null then 'parent_filtered'
        end as filter_reason,
        {{ list_of([
            reject(
                is_blank('purchase_order_number'), 'missing_required', 'msdyn_purchaseorder', 'null',
                "'msdyn_purchaseorder is empty: the receipt belongs to no purchase order'"
            ),
            reject_missing_parent(
                'purchase_order_number', 'is_order_sent', 'msdyn_purchaseorder', 'Purchase order'
            ),
        ]) }} as rejections,
        {{ comparable('product_receipt_row_id') }} as compared_row_id,
        purchase_order_receipt_id,
        is_in_dataverse,
        purchase_order_id,
        product_receipt_number,
        attention_information,
        {{ midnight_in_zone('product_receipt_date', 'time_zone') }} as received_at

    from looked_up

)

select * from checked
