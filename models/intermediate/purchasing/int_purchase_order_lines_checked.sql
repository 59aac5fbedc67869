-- Grain: one row per purchase order product of Dataverse, sent to Finance, filtered or rejected.
with

lines as (

    select * from {{ ref('stg_dataverse__purchase_order_products') }}

),

headers as (

    select
        *,
        {{ is_sent() }} as is_header_sent
    from {{ ref('int_purchase_order_headers_checked') }}

),

products as (

    select * from {{ ref('stg_dataverse__products') }}

),

released_products as (

    select * from {{ ref('stg_finops__released_products') }}

),

units as (

    select * from {{ ref('stg_dataverse__units') }}

),

warehouses as (

    select * from {{ ref('int_warehouses_mapped_to_finance') }}

),

scoped as (

    select
        lines.*,
        headers.data_area_id,
        headers.time_zone,
        headers.purchase_order_number,
        coalesce(headers.is_header_sent, false) as is_header_sent,
        case
            when headers.filter_reason is not null then 'parent_filtered'
        end as filter_reason

    from lines

    left join headers
        on lines.purchase_order_id = headers.purchase_order_id

),

looked_up as (

    select
        scoped.*,
        {{ copies_of_key([
            'scoped.data_area_id', 'scoped.purchase_order_number', 'scoped.line_order'
        ]) }} as copies,
        products.product_number,
        released_products.product_number as released_number,
        units.unit_name,
        {{ mapped_value('unit', 'units.unit_name') }} as unit_symbol,
        warehouses.warehouse_name,
        warehouses.data_area_id as warehouse_company,
        warehouses.finance_warehouse_id

    from scoped

    left join products
        on scoped.product_id = products.product_id

    left join released_products
        on
            scoped.data_area_id = released_products.data_area_id
            and {{ comparable('products.product_number') }}
            = {{ comparable('released_products.product_number') }}

    left join units
        on scoped.unit_id = units.unit_id

    left join warehouses
        on scoped.warehouse_id = warehouses.warehouse_id

    {{ join_value_map('unit', 'units.unit_name') }}

),

checked as (

    select
        'msdyn_purchaseorderproduct' as _source_table,
        purchase_order_product_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('line_order', 'LineNumber', 'give the line a line order'),
            reject_duplicate('copies', 'LineNumber', 'line_order'),
            reject_missing_key(
                'purchase_order_id', 'PurchaseOrderNumber', 'the line belongs to no purchase order'
            ),
            reject_missing_parent(
                'purchase_order_id', 'is_header_sent', 'PurchaseOrderNumber', 'Purchase order'
            ),
            reject_missing('product_id', 'ProductNumber', 'choose a product'),
            reject(
                'product_id is not null and released_number is null',
                'missing_parent', 'ProductNumber', 'coalesce(product_number, product_id)',
                "concat('Product ', coalesce(product_number, product_id), ' is not released in company ', "
                ~ "coalesce(data_area_id, '(none)'), '. Release it there, or choose another one.')"
            ),
            reject_missing('quantity', 'OrderedPurchaseQuantity', 'set the quantity'),
            reject_missing_parent('unit_id', 'unit_name is not null', 'PurchaseUnitSymbol', 'Unit'),
            reject_unmapped('unit', 'unit_name', 'unit_symbol', 'PurchaseUnitSymbol'),
            reject(
                'warehouse_id is not null and finance_warehouse_id is null',
                'unmapped_value', 'ReceivingWarehouseId', 'coalesce(warehouse_name, warehouse_id)',
                "concat('Nothing says which warehouse of Finance ', coalesce(warehouse_name, warehouse_id), "
                ~ "' is. Add a line to seeds/warehouses.csv.')"
            ),
            reject(
                'warehouse_company <> data_area_id',
                'unmapped_company', 'ReceivingWarehouseId', 'warehouse_name',
                "concat('Warehouse ', warehouse_name, ' belongs to company ', warehouse_company, ', the order to ', "
                ~ "data_area_id, '. Finance orders for one company at a time.')"
            ),
        ]) }} as rejections,
        {{ list_of([
            dubious_date('expected_at', 'time_zone', 'RequestedDeliveryDate'),
        ]) }} as dubious_dates,
        data_area_id,
        purchase_order_number,
        line_order,
        released_number,
        quantity,
        unit_symbol,
        line_description,
        finance_warehouse_id,
        {{ company_date('expected_at', 'time_zone') }} as requested_delivery_date

    from looked_up

)

select * from checked
