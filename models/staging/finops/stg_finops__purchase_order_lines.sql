-- Grain: one row per company, purchase order and line that exists in Finance.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'CDSPurchaseOrderLines'),
            'dataAreaId, PurchaseOrderNumber, LineNumber'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'PurchaseOrderNumber', 'LineNumber']) }}
            as purchase_order_line_row_id,
        {{ source_row_id(['dataAreaId', 'PurchaseOrderNumber']) }} as purchase_order_row_id,
        lower(dataAreaId) as data_area_id,
        PurchaseOrderNumber as purchase_order_number,
        LineNumber as line_number,
        nullif(ProductNumber, '') as product_number,
        nullif(ReceivingWarehouseId, '') as receiving_warehouse_id,

        ---------- strings
        nullif(PurchaseUnitSymbol, '') as unit_symbol,
        nullif(LineDescription, '') as line_description,

        ---------- numerics
        OrderedPurchaseQuantity as ordered_quantity,
        PurchasePrice as purchase_price,
        LineAmount as line_amount,

        ---------- booleans
        coalesce(PurchaseOrderLineStatus = 'Canceled', false) as is_canceled,

        ---------- dates
        {{ set_day('RequestedDeliveryDate') }} as requested_delivery_date

    from source

)

select * from renamed
