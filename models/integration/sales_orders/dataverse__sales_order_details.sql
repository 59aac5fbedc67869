-- Target: salesorderdetail. One row per line of a sales order of Finance that is confirmed or further.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_confirmed_sales_order_lines_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        sales_order_detail_id as salesorderdetailid,
        sales_order_id as salesorderid,
        sales_order_number as msdynce_ordernumber,
        product_id as productid,
        unit_id as uomid,
        currency_id as transactioncurrencyid,
        product_name as description,
        delivery_street as shipto_line1,
        delivery_street_number as shipto_line2,
        delivery_city as shipto_city,
        delivery_zip_code as shipto_postalcode,
        delivery_state as shipto_stateorprovince,
        delivery_country_code as shipto_country,
        line_number as sequencenumber,
        cast(quantity as decimal(23, 10)) as quantity,
        cast(unit_price as decimal(19, 4)) as priceperunit,
        cast(discount_amount as decimal(19, 4)) as manualdiscountamount,
        cast(tax_amount as decimal(19, 4)) as tax,
        cast(line_amount as decimal(19, 4)) as extendedamount,
        cast(
            {{ constant('dataverse__sales_order_details', 'ispriceoverridden') }} as boolean
        ) as ispriceoverridden,
        cast(
            {{ constant('dataverse__sales_order_details', 'msdynce_ismaintainedexternally') }}
            as boolean
        ) as msdynce_ismaintainedexternally,

        -- never sent
        parent_product_id as _parent_product,
        is_in_dataverse as _exists_in_target,
        is_cancelled as _is_cancelled,
        _source_table,
        _source_id

    from lines

)

select * from final
