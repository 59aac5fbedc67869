-- A line or receipt of a purchase order that is sent although what it belongs to is not.
with

finance_headers as (

    select * from {{ ref('finops__purchase_order_headers') }}

),

orders as (

    select * from {{ ref('dataverse__purchase_orders') }}

),

order_lines as (

    select * from {{ ref('dataverse__purchase_order_products') }}

),

receipts as (

    select * from {{ ref('dataverse__purchase_order_receipts') }}

),

orphans as (

    select
        lines._source_table,
        lines._source_id
    from {{ ref('finops__purchase_order_lines') }} as lines

    left join finance_headers
        on
            lines.dataAreaId = finance_headers.dataAreaId
            and lines.PurchaseOrderNumber = finance_headers.PurchaseOrderNumber

    where finance_headers._source_id is null

    union all

    select
        order_lines._source_table,
        order_lines._source_id
    from order_lines

    left join orders
        on order_lines.msdyn_purchaseorder = orders.msdyn_purchaseorderid

    where orders._source_id is null

    union all

    select
        receipts._source_table,
        receipts._source_id
    from receipts

    left join orders
        on receipts.msdyn_purchaseorder = orders.msdyn_purchaseorderid

    where orders._source_id is null

    union all

    select
        receipt_lines._source_table,
        receipt_lines._source_id
    from {{ ref('dataverse__purchase_order_receipt_products') }} as receipt_lines

    left join receipts
        on receipt_lines.msdyn_purchaseorderreceipt = receipts.msdyn_purchaseorderreceiptid

    left join order_lines
        on receipt_lines.msdyn_purchaseorderproduct = order_lines.msdyn_purchaseorderproductid

    where receipts._source_id is null or order_lines._source_id is null

)

select * from orphans
