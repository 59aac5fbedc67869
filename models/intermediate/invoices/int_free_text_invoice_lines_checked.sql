-- Grain: one row per invoice line, sent, filtered or rejected; a line shares its invoice's fate.
with

lines as (

    select * from {{ ref('int_invoice_lines_judged') }}

),

sent_headers as (

    select invoice_id
    from {{ ref('int_free_text_invoice_headers_checked') }}
    where {{ is_sent() }}

),

checked as (

    select
        'invoicedetail' as _source_table,
        lines.invoice_detail_id as _source_id,
        lines.filter_reason,
        case
            when sent_headers.invoice_id is not null or not ({{ is_empty('lines.rejections') }})
                then lines.rejections
            else
                {{ list_of([
                    rejection(
                        'missing_parent', 'ExternalInvoiceId', 'lines.invoice_number',
                        "concat('Invoice ', coalesce(lines.invoice_number, lines.invoice_id), "
                        ~ "' goes out whole and is rejected.')"
                    ),
                ]) }}
        end as rejections,
        lines.invoice_detail_id,
        lines.data_area_id,
        lines.invoice_number,
        lines.state_code,
        lines.sequence_number,
        lines.product_description,
        lines.quantity,
        lines.unit_price,
        lines.main_account

    from lines

    left join sent_headers
        on lines.invoice_id = sent_headers.invoice_id

)

select * from checked
