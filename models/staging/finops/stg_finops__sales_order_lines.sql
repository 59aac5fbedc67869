-- Grain: one row per company, sales order and line that exists in Finance.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'CDSSalesOrderLines'),
            'dataAreaId, SalesOrderNumber, LineCreationSequenceNumber'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id([
            'dataAreaId', 'SalesOrderNumber', 'LineCreationSequenceNumber'
        ]) }} as sales_order_line_row_id,
        lower(dataAreaId) as data_area_id,
        SalesOrderNumber as sales_order_number,
        nullif(ProductNumber, '') as product_number,

        ---------- strings
        nullif(ProductName, '') as product_name,
        nullif(SalesUnitSymbol, '') as unit_symbol,
        nullif(CurrencyCode, '') as currency_code,
        nullif(DeliveryAddressStreet, '') as delivery_street,
        nullif(DeliveryAddressStreetNumber, '') as delivery_street_number,
        nullif(DeliveryAddressCity, '') as delivery_city,
        nullif(DeliveryAddressZipCode, '') as delivery_zip_code,
        nullif(DeliveryAddressStateId, '') as delivery_state,
        nullif(DeliveryAddressCountryRegionISOCode, '') as delivery_country_code,

        ---------- numerics
        LineCreationSequenceNumber as line_number,
        OrderedSalesQuantity as quantity,
        SalesPrice as unit_price,
        TotalDiscountAmount as discount_amount,
        TotalTaxAmount as tax_amount,
        LineAmount as line_amount

    from source

)

select * from renamed
