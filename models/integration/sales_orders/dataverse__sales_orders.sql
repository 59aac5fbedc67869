-- Target: salesorder. One row per sales order of Finance that is confirmed or further.
-- Column names are the target's own; nothing renames them after this.
with

sales_orders as (

    select * from {{ ref('int_confirmed_sales_orders_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        sales_order_id as salesorderid,
        sales_order_number as ordernumber,
        sales_order_name as name,
        account_id as customerid_account,
        contact_id as customerid_contact,
        customers_order_reference as description,
        currency_id as transactioncurrencyid,
        price_list_id as pricelevelid,
        delivery_street as shipto_line1,
        delivery_street_number as shipto_line2,
        delivery_city as shipto_city,
        delivery_zip_code as shipto_postalcode,
        delivery_state as shipto_stateorprovince,
        delivery_country_code as shipto_country,
        invoice_street as billto_line1,
        invoice_street_number as billto_line2,
        invoice_city as billto_city,
        invoice_zip_code as billto_postalcode,
        invoice_state as billto_stateorprovince,
        invoice_country_code as billto_country,
        processing_status_code as msdynce_processingstatus,
        cast({{ constant('dataverse__sales_orders', 'statecode') }} as integer) as statecode,
        cast({{ constant('dataverse__sales_orders', 'statuscode') }} as integer) as statuscode,
        cast(total_amount as decimal(19, 4)) as totalamount,
        cast(discount_amount as decimal(19, 4)) as discountamount,
        cast(total_tax_amount as decimal(19, 4)) as totaltax,
        cast(charges_amount as decimal(19, 4)) as freightamount,
        cast(header_tax_amount as decimal(19, 4)) as msdynce_misctax,
        cast(
            {{ constant('dataverse__sales_orders', 'msdynce_ismaintainedexternally') }} as boolean
        ) as msdynce_ismaintainedexternally,

        -- never sent
        is_in_dataverse as _exists_in_target,
        is_cancelled as _is_cancelled,
        _source_table,
        _source_id

    from sales_orders

)

select * from final
