-- Grain: one row per line of a sales invoice of Finance, sent to Dataverse, filtered or rejected.
with

lines as (

    select * from {{ ref('stg_finops__sales_invoice_lines') }}

),

headers as (

    select
        *,
        {{ is_sent() }} as is_header_sent
    from {{ ref('int_sales_invoices_checked') }}

),

own_lines as (

    select
        invoice_id,
        sequence_number,
        count(*) as own_lines,
        min(invoice_detail_id) as own_line_id
    from {{ ref('stg_dataverse__invoice_details') }}
    where sequence_number is not null
    group by invoice_id, sequence_number

),

products as (

    select * from {{ ref('int_products_by_number') }}

),

units as (

    select * from {{ ref('int_units_by_symbol') }}

),

currencies as (

    select * from {{ ref('int_currencies_by_code') }}

),

joined as (

    select
        lines.*,
        headers.invoice_id,
        headers.is_header_sent,
        coalesce(own_lines.own_lines, 0) as own_lines,
        own_lines.own_line_id,
        products.product_id,
        products.parent_product_id,
        units.unit_id,
        currencies.currency_id,
        case
            when headers.filter_reason is not null then 'parent_filtered'
            when {{ is_blank('lines.product_number') }} then 'no_product'
        end as filter_reason

    from lines

    left join headers
        on
            lines.data_area_id = headers.data_area_id
            and {{ comparable('lines.invoice_number') }} = {{ comparable('headers.invoice_number') }}
            and {{ comparable('lines.voucher') }} = {{ comparable('headers.voucher') }}
            and lines.invoice_date is not distinct from headers.invoice_date

    left join own_lines
        on
            headers.invoice_id = own_lines.invoice_id
            and lines.line_number = own_lines.sequence_number

    left join products
        on {{ comparable('lines.product_number') }} = products.compared_number

    left join units
        on {{ comparable('lines.unit_symbol') }} = units.compared_symbol

    left join currencies
        on {{ comparable('lines.currency_code') }} = currencies.compared_code

),

checked as (

    select
        'ExternallyMaintainedCustomerSalesInvoiceLines' as _source_table,
        sales_invoice_line_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_parent('invoice_number', 'is_header_sent', 'invoiceid', 'Invoice'),
            reject(
                'own_lines > 1', 'duplicate_key', 'sequencenumber', 'line_number',
                "concat('Invoice ', invoice_number, ' has ', cast(own_lines as string), ' lines ', "
                ~ "cast(line_number as string), ' in Dataverse. Renumber all but one.')"
            ),
        ] + rules_of_a_sales_line_of_finance()) }} as rejections,
        coalesce(
            own_line_id,
            {{ guid_of(
                "concat('invoicedetail/', " ~ comparable('invoice_number')
                ~ ", '/', cast(line_number as " ~ dbt.type_string() ~ "))"
            ) }}
        ) as invoice_detail_id,
        own_line_id is not null as is_in_dataverse,
        invoice_id,
        invoice_number,
        line_number,
        product_id,
        parent_product_id,
        product_name,
        unit_id,
        currency_id,
        quantity,
        unit_price,
        discount_amount,
        line_amount,
        tax_amount

    from joined

)

select * from checked
