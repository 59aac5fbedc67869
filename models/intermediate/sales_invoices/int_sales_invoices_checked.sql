-- Grain: one row per sales invoice of Finance, sent to Dataverse, filtered or rejected.
with

invoices as (

    select
        *,
        {{ copies_of_key(['invoice_number']) }} as copies
    from {{ ref('int_sales_invoices_scoped') }}

),

customers as (

    select * from {{ ref('int_customers_by_number') }}

),

currencies as (

    select * from {{ ref('int_currencies_by_code') }}

),

price_lists as (

    {{ only_row_by('stg_dataverse__price_lists', 'price_list_name', 'price_list_id') }}

),

mapped as (

    select
        invoices.*,
        customers.account_id,
        customers.contact_id,
        currencies.currency_id,
        {{ mapped_value('price_list', 'invoices.currency_code') }} as price_list_name

    from invoices

    left join customers
        on {{ comparable('invoices.customer_number') }} = customers.compared_number

    left join currencies
        on {{ comparable('invoices.currency_code') }} = currencies.compared_code

    {{ join_value_map('price_list', 'invoices.currency_code') }}

),

looked_up as (

    select
        mapped.*,
        price_lists.price_list_id

    from mapped

    left join price_lists
        on {{ comparable('mapped.price_list_name') }} = price_lists.compared_key

),

checked as (

    select
        'ExternallyMaintainedCustomerSalesInvoiceHeaders' as _source_table,
        sales_invoice_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_one_of_several('invoice', 'invoice_number', 'invoicenumber', 'companies and years'),
            reject_number_of_another(
                'invoice', 'invoice_number', 'invoicenumber',
                'own_invoices = 1 and is_another_invoice'
            ),
            reject(
                'own_invoices > 1', 'duplicate_key', 'invoicenumber', 'invoice_number',
                "concat('Dataverse has ', cast(own_invoices as string), ' invoices ', invoice_number, "
                ~ "'. Renumber all but one.')"
            ),
            reject(
                'is_agreement_invoice', 'duplicate_key', 'invoicenumber', 'invoice_number',
                "concat('Dataverse has an agreement invoice ', invoice_number, ', which is another one than "
                ~ "that of Finance. Renumber one of them.')"
            ),
            reject(
                'own_invoices = 1 and is_unknown_to_finance and not is_agreement_invoice',
                'duplicate_key', 'invoicenumber', 'invoice_number',
                "concat('Dataverse has an invoice ', invoice_number, ' that did not come from Finance. Renumber that one "
                ~ "in Dataverse; or, where the two are one invoice, enter its date in msdynce_invoicedate there.')"
            ),
            reject_missing('invoice_date', 'msdynce_invoicedate', 'Finance has no date for the invoice'),
            reject_missing('customer_number', 'customerid', 'Finance has no customer for the invoice'),
            reject_not_in_dataverse(
                'customer_number', 'account_id is not null or contact_id is not null',
                'customerid', 'Account or contact'
            ),
            reject(
                'own_orders > 1 and own_order_id is null and new_order_id is null',
                'duplicate_key', 'salesorderid', 'sales_order_number',
                "concat('Dataverse has ', cast(own_orders as string), ' orders ', sales_order_number, "
                ~ "'. Renumber all but one.')"
            ),
            reject_missing_parent(
                'sales_order_number',
                'own_order_id is not null or new_order_id is not null or own_orders > 1',
                'salesorderid', 'Order'
            ),
            reject_missing(
                'currency_code', 'transactioncurrencyid', 'Finance has no currency for the invoice'
            ),
            reject_not_in_dataverse(
                'currency_code', 'currency_id is not null', 'transactioncurrencyid', 'Currency'
            ),
            reject_not_in_dataverse(
                'price_list_name', 'price_list_id is not null', 'pricelevelid', 'Price list'
            ),
        ]) }} as rejections,
        -- an invoice keeps its id; a new one gets an id made of its number
        coalesce(
            own_invoice_id,
            {{ guid_of("concat('invoice/', " ~ comparable('invoice_number') ~ ")") }}
        ) as invoice_id,
        own_invoice_id is not null as is_in_dataverse,
        data_area_id,
        invoice_number,
        voucher,
        invoice_date,
        account_id,
        contact_id,
        currency_id,
        price_list_id,
        coalesce(own_order_id, new_order_id) as sales_order_id,
        new_order_id as parent_order_id,
        customers_order_reference,
        invoice_street,
        invoice_street_number,
        invoice_city,
        invoice_zip_code,
        invoice_state,
        invoice_country_code,
        {{ moment_of_day('invoice_date', 'own_invoice_at', 'time_zone') }} as invoice_at,
        -- the original puts a group into an amount: sent where it is one
        try_cast(trim(discount_group_code) as decimal(19, 4)) as discount_amount,
        total_amount,
        charges_amount,
        total_discount_amount,
        total_tax_amount

    from looked_up

)

select * from checked
