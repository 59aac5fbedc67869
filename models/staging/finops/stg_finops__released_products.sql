-- Grain: one row per company and product that can be sold in it.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'SellableReleasedProducts'),
            'dataAreaId, ProductNumber'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'ProductNumber']) }} as released_product_row_id,
        lower(dataAreaId) as data_area_id,
        ProductNumber as product_number,

        ---------- strings
        nullif(ProductName, '') as product_name,
        nullif(ProductDescription, '') as product_description,
        nullif(CurrencyCode, '') as currency_code,
        nullif(SalesUnitSymbol, '') as sales_unit_symbol,
        nullif(InventoryUnitSymbol, '') as inventory_unit_symbol,

        ---------- enumerations
        ProductType as product_type,
        FieldServiceProductType as field_service_product_type,
        IsStockedProduct as is_stocked,

        ---------- numerics
        SalesPrice as sales_price,
        UnitCost as unit_cost,
        SalesUnitDecimalPrecision as sales_unit_decimal_precision

    from source

)

select * from renamed
