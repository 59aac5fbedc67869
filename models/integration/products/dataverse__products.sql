-- Target: product. One row per product of Finance, whatever companies sell it.
-- Column names are the target's own; nothing renames them after this.
with

products as (

    select * from {{ ref('int_products_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        product_id as productid,
        product_number as productnumber,
        product_name as name,
        product_description as description,
        currency_id as transactioncurrencyid,
        sales_unit_id as defaultuomid,
        unit_group_id as defaultuomscheduleid,
        cast(sales_price as decimal(19, 4)) as price,
        cast(unit_cost as decimal(19, 4)) as currentcost,
        is_stocked as isstockitem,
        product_type_code as producttypecode,
        coalesce(
            cast({{ constant('dataverse__products', 'quantitydecimal') }} as integer),
            sales_unit_decimal_precision
        ) as quantitydecimal,
        -- an organisation that lacks the column does not take it either
        case
            when not {{ column_is_missing('product', 'msdynce_ismaintainedexternally') }}
                then cast({{ constant('dataverse__products', 'msdynce_ismaintainedexternally') }} as boolean)
        end as msdynce_ismaintainedexternally,
        field_service_product_type_code as msdyn_fieldserviceproducttype,
        inventory_unit_id as msdynce_inventoryunit,
        price_list_id as pricelevelid,

        -- never sent
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from products

)

select * from final
