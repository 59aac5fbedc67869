-- Grain: one row per invoice line, judged by its own rules; its document comes after.
with

lines as (

    select * from {{ ref('int_invoice_details_flagged') }}

),

invoices as (

    select * from {{ ref('int_agreement_invoices_scoped') }}

),

scoped as (

    select
        lines.*,
        invoices.invoice_id is not null as has_invoice,
        invoices.data_area_id,
        invoices.invoice_number,
        invoices.state_code,
        case
            when not lines.is_agreement_line then 'no_agreement_origin'
            when invoices.filter_reason is not null then 'parent_filtered'
        end as filter_reason,
        {{ constant('finops__free_text_invoice_lines', 'MainAccountDisplayValue') }}
            as main_account

    from lines

    left join invoices
        on lines.invoice_id = invoices.invoice_id

),

counted as (

    select
        *,
        {{ copies_of_key(['invoice_id', 'sequence_number']) }} as copies
    from scoped

),

judged as (

    select
        invoice_detail_id,
        invoice_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('sequence_number', 'LineNumber', 'give the invoice line a number'),
            reject_duplicate('copies', 'LineNumber', 'sequence_number'),
            reject(
                'not has_invoice', 'missing_parent', 'ExternalInvoiceId', 'invoice_id',
                "concat('Invoice ', coalesce(invoice_id, '(none)'), ' is not there.')"
            ),
            reject_missing('quantity', 'Quantity', 'set the quantity of the line'),
            reject_missing('unit_price', 'UnitPrice', 'set the price of the line'),
            reject_missing(
                'main_account', 'MainAccountDisplayValue', 'set it in seeds/constants.csv'
            ),
            reject_too_long('product_description', 'Description', 'finops__free_text_invoice_lines'),
        ]) }} as rejections,
        data_area_id,
        invoice_number,
        state_code,
        sequence_number,
        product_description,
        quantity,
        unit_price,
        main_account

    from counted

)

select * from judged
