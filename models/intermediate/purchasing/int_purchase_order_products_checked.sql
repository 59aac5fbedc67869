-- Grain: one row per company, purchase order and line of Finance, sent to Dataverse, filtered or rejected.
with

lines as (

    select
        *,
        {{ comparable('product_number') }} as compared_product_number,
        lower(trim(unit_symbol)) as compared_symbol
    from {{ ref('int_purchase_order_products_scoped') }}

),

products as (

    select * from {{ ref('int_products_by_number') }}

),

units as (

    select * from {{ ref('int_units_by_symbol') }}

),

looked_up as (

    select
        lines.*,
        products.product_id,
        products.parent_product_id,
        coalesce(lines.own_unit_id, units.unit_id) as unit_id,
        coalesce(lines.own_warehouse_id, lines.brought_warehouse_id) as warehouse_id,
        case
            when lines.own_warehouse_id is null and not lines.is_brought_warehouse_in_dataverse
                then lines.brought_warehouse_id
        end as parent_warehouse_id

    from lines

    left join products
        on lines.compared_product_number = products.compared_number

    left join units
        on lines.compared_symbol = units.compared_symbol

),

checked as (

    select
        'CDSPurchaseOrderLines' as _source_table,
        purchase_order_line_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_parent(
                'purchase_order_number', 'is_order_sent', 'msdyn_purchaseorder', 'Purchase order'
            ),
            reject(
                'namesakes > 1', 'duplicate_key', 'msdyn_lineorder', 'line_number',
                "concat('Purchase order ', purchase_order_number, ' has ', cast(namesakes as string), ' lines ', "
                ~ "cast(line_number as string), ' in Dataverse. Renumber all but one.')"
            ),
            reject_not_in_dataverse(
                'product_number', 'product_id is not null', 'msdyn_product', 'Product of Finance'
            ),
            reject_not_in_dataverse('unit_symbol', 'unit_id is not null', 'msdyn_unit', 'Unit'),
            reject_not_in_dataverse(
                'receiving_warehouse_id', 'warehouse_id is not null', 'msdyn_associatetowarehouse',
                'Warehouse'
            ),
        ]) }} as rejections,
        compared_order_row_id,
        line_number,
        coalesce(
            own_purchase_order_product_id,
            {{ guid_of(
                "concat('msdyn_purchaseorderproduct/', compared_order_number, '/', cast(line_number as string))"
            ) }}
        ) as purchase_order_product_id,
        own_purchase_order_product_id is not null as is_in_dataverse,
        purchase_order_id,
        product_id,
        parent_product_id,
        unit_id,
        warehouse_id,
        parent_warehouse_id,
        compared_warehouse_row_id,
        case
            when cast(own_quantity as decimal(32, 6)) = ordered_quantity then own_quantity
            else cast(ordered_quantity as decimal(23, 10))
        end as quantity,
        purchase_price,
        case
            when not {{ column_is_missing('msdyn_purchaseorderproduct', 'msdyn_lineamount') }}
                then line_amount
        end as line_amount,
        line_description,
        {{ moment_of_day('requested_delivery_date', 'own_expected_at', 'time_zone') }} as expected_at

    from looked_up

)

select * from checked
