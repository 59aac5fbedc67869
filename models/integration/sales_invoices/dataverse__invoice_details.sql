-- Target: invoicedetail. One row per line of a sales invoice of Finance for a sales order.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_sales_invoice_lines_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        invoice_detail_id as invoicedetailid,
        invoice_id as invoiceid,
        invoice_number as msdynce_invoicenumber,
        product_id as productid,
        unit_id as uomid,
        currency_id as transactioncurrencyid,
        product_name as description,
        cast({{ constant('dataverse__invoice_details', 'producttypecode') }} as integer)
            as producttypecode,
        cast({{ constant('dataverse__invoice_details', 'propertyconfigurationstatus') }} as integer)
            as propertyconfigurationstatus,
        line_number as sequencenumber,
        cast(quantity as decimal(23, 10)) as quantity,
        cast(unit_price as decimal(19, 4)) as priceperunit,
        cast(discount_amount as decimal(19, 4)) as manualdiscountamount,
        cast(line_amount as decimal(19, 4)) as extendedamount,
        cast(tax_amount as decimal(19, 4)) as tax,
        cast({{ constant('dataverse__invoice_details', 'ispriceoverridden') }} as boolean)
            as ispriceoverridden,

        -- never sent
        parent_product_id as _parent_product,
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from lines

)

select * from final
