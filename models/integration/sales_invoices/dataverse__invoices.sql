-- Target: invoice. One row per sales invoice of Finance for a sales order.
-- Column names are the target's own; nothing renames them after this.
with

invoices as (

    select * from {{ ref('int_sales_invoices_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        invoice_id as invoiceid,
        invoice_number as invoicenumber,
        invoice_number as name,
        account_id as customerid_account,
        contact_id as customerid_contact,
        sales_order_id as salesorderid,
        currency_id as transactioncurrencyid,
        price_list_id as pricelevelid,
        customers_order_reference as description,
        invoice_street as billto_line1,
        invoice_street_number as billto_line2,
        invoice_city as billto_city,
        invoice_zip_code as billto_postalcode,
        invoice_state as billto_stateorprovince,
        invoice_country_code as billto_country,
        cast({{ constant('dataverse__invoices', 'statuscode') }} as integer) as statuscode,
        discount_amount as discountamount,
        cast(total_amount as decimal(19, 4)) as totalamount,
        cast(charges_amount as decimal(19, 4)) as freightamount,
        cast(total_discount_amount as decimal(19, 4)) as totaldiscountamount,
        cast(total_tax_amount as decimal(19, 4)) as totaltax,
        cast({{ constant('dataverse__invoices', 'ispricelocked') }} as boolean) as ispricelocked,
        invoice_at as msdynce_invoicedate,

        -- never sent
        parent_order_id as _parent_order,
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from invoices

)

select * from final
