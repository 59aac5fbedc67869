-- Grain: one row per company and purchase order of Finance, sent to Dataverse, filtered or rejected.
with

purchase_orders as (

    select
        *,
        {{ copies_of_key(['purchase_order_number']) }} as copies,
        case
            when not {{ column_is_missing('msdyn_purchaseorder', '_msdyn_invoicevendoraccount_value') }}
                then invoice_vendor_number
        end as asked_invoice_vendor_number,
        -- neither the ledger nor the vendor says that the order of that number in Dataverse is this one
        is_in_dataverse
        and not is_remembered
        and (
            own_compared_row_id is not null
            or {{ comparable('own_vendor_number') }} is distinct from {{ comparable('vendor_number') }}
        ) as is_another_order
    from {{ ref('int_purchase_orders_scoped') }}

),

vendors as (

    select * from {{ ref('int_vendors_checked') }}
    where {{ is_sent() }}

),

currencies as (

    select * from {{ ref('int_currencies_by_code') }}

),

looked_up as (

    select
        purchase_orders.*,
        vendors.account_id as vendor_id,
        invoice_vendors.account_id as invoice_vendor_id,
        currencies.currency_id,
        coalesce(purchase_orders.own_warehouse_id, purchase_orders.brought_warehouse_id)
            as warehouse_id,
        case
            when
                purchase_orders.own_warehouse_id is null
                and not purchase_orders.is_brought_warehouse_in_dataverse
                then purchase_orders.brought_warehouse_id
        end as parent_warehouse_id

    from purchase_orders

    left join vendors
        on {{ comparable('purchase_orders.vendor_number') }} = vendors.compared_number

    left join vendors as invoice_vendors
        on
            {{ comparable('purchase_orders.asked_invoice_vendor_number') }}
            = invoice_vendors.compared_number

    left join currencies
        on {{ comparable('purchase_orders.currency_code') }} = currencies.compared_code

),

checked as (

    select
        'PurchaseOrderHeadersV2' as _source_table,
        purchase_order_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject(
                'copies > 1', 'duplicate_key', 'msdyn_name', 'purchase_order_number',
                "concat('Purchase order ', purchase_order_number, ' is there in ', cast(copies as string), "
                ~ "' companies. Dataverse tells orders apart by their number alone: give each company numbers of "
                ~ "its own.')"
            ),
            reject(
                'namesakes > 1 and not is_remembered',
                'duplicate_key', 'msdyn_purchaseorderid', 'purchase_order_number',
                "concat('Dataverse has ', cast(namesakes as string), ' purchase orders ', purchase_order_number, "
                ~ "'. Renumber all but one.')"
            ),
            reject(
                'namesakes = 1 and is_another_order',
                'duplicate_key', 'msdyn_vendor', 'purchase_order_number',
                "concat('Dataverse has another purchase order ', purchase_order_number, ', of vendor ', "
                ~ "coalesce(own_vendor_number, '(none)'), '. Renumber one of the two.')"
            ),
            reject_not_in_dataverse('vendor_number', 'vendor_id is not null', 'msdyn_vendor', 'Vendor'),
            reject_not_in_dataverse(
                'asked_invoice_vendor_number', 'invoice_vendor_id is not null',
                'msdyn_invoicevendoraccount', 'Vendor'
            ),
            reject_not_in_dataverse(
                'currency_code', 'currency_id is not null', 'transactioncurrencyid', 'Currency'
            ),
            reject_not_in_dataverse(
                'receiving_warehouse_id', 'warehouse_id is not null', 'msdyn_receivetowarehouse',
                'Warehouse'
            ),
        ]) }} as rejections,
        compared_row_id,
        data_area_id,
        time_zone,
        purchase_order_id,
        is_in_dataverse,
        purchase_order_number,
        compared_number,
        vendor_id,
        invoice_vendor_id,
        currency_id,
        warehouse_id,
        parent_warehouse_id,
        address_name,
        address_street,
        address_street_number,
        address_city,
        address_state,
        address_zip_code,
        address_country_code,
        {{ moment_of_day('requested_delivery_date', 'own_expected_at', 'time_zone') }} as expected_at

    from looked_up

)

select * from checked
