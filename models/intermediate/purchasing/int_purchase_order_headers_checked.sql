-- Grain: one row per purchase order of Dataverse, sent to Finance, filtered or rejected.
with

purchase_orders as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'purchase_order_number']) }} as copies
    from {{ ref('int_purchase_order_headers_scoped') }}

),

vendors as (

    select * from {{ ref('int_vendors_checked') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        purchase_orders.*,
        vendors.vendor_number as finance_vendor_number,
        coalesce(vendors.is_one_party, true) as is_one_party,
        invoice_vendors.vendor_number as finance_invoice_vendor_number,
        coalesce(invoice_vendors.is_one_party, true) as is_invoice_vendor_one_party,
        currencies.currency_code

    from purchase_orders

    left join vendors
        on
            purchase_orders.data_area_id = vendors.data_area_id
            and {{ comparable('purchase_orders.vendor_number') }} = vendors.compared_number

    left join vendors as invoice_vendors
        on
            purchase_orders.data_area_id = invoice_vendors.data_area_id
            and {{ comparable('purchase_orders.invoice_vendor_number') }}
            = invoice_vendors.compared_number

    left join currencies
        on purchase_orders.currency_id = currencies.currency_id

),

checked as (

    select
        'msdyn_purchaseorder' as _source_table,
        purchase_order_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key(
                'purchase_order_number', 'PurchaseOrderNumber', 'give the purchase order a number'
            ),
            reject_duplicate('copies', 'PurchaseOrderNumber', 'purchase_order_number'),
            reject_unmapped_company(
                'data_area_id', 'business_unit_id',
                "'no line of the seed warehouses names the warehouse it is received to, no rule names the vendor or "
                ~ "business unit, and D365_COMPANY is not set'"
            ),
            reject_missing('vendor_id', 'OrderVendorAccountNumber', 'choose the vendor'),
            reject_missing_vendor(
                'vendor_id', 'vendor_number', 'finance_vendor_number', 'OrderVendorAccountNumber'
            ),
            reject_vendor_of_several_parties(
                'vendor_number', 'is_one_party', 'OrderVendorAccountNumber'
            ),
            reject_missing_vendor(
                'invoice_vendor_id', 'invoice_vendor_number', 'finance_invoice_vendor_number',
                'InvoiceVendorAccountNumber'
            ),
            reject_vendor_of_several_parties(
                'invoice_vendor_number', 'is_invoice_vendor_one_party', 'InvoiceVendorAccountNumber'
            ),
            reject(
                'warehouse_id is not null and finance_warehouse_id is null',
                'unmapped_value', 'DefaultReceivingWarehouseId', 'coalesce(warehouse_name, warehouse_id)',
                "concat('Nothing says which warehouse of Finance ', coalesce(warehouse_name, warehouse_id), "
                ~ "' is. Add a line to seeds/warehouses.csv.')"
            ),
            reject_missing_parent(
                'currency_id', 'currency_code is not null', 'CurrencyCode', 'Currency'
            ),
        ]) }} as rejections,
        {{ list_of([
            dubious_date('expected_at', 'time_zone', 'RequestedDeliveryDate'),
        ]) }} as dubious_dates,
        purchase_order_id,
        data_area_id,
        time_zone,
        purchase_order_number,
        finance_vendor_number,
        finance_invoice_vendor_number,
        finance_warehouse_id,
        currency_code,
        {{ company_date('expected_at', 'time_zone') }} as requested_delivery_date

    from looked_up

)

select * from checked
