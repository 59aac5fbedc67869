-- An invoice that is sent without one of its agreement lines, or an invoice line without its invoice.
with

headers as (

    select * from {{ ref('finops__free_text_invoice_headers') }}

),

lines as (

    select * from {{ ref('finops__free_text_invoice_lines') }}

),

agreement_lines as (

    select * from {{ ref('int_invoice_details_flagged') }}
    where is_agreement_line

)

select
    agreement_lines.invoice_detail_id as source_id,
    headers.ExternalInvoiceId as invoice_number
from headers

inner join agreement_lines
    on headers._source_id = agreement_lines.invoice_id

left join lines
    on agreement_lines.invoice_detail_id = lines._source_id

where lines._source_id is null

union all

select
    lines._source_id as source_id,
    lines.ExternalInvoiceId as invoice_number
from lines

left join headers
    on
        lines.dataAreaId = headers.dataAreaId
        and lines.ExternalInvoiceId = headers.ExternalInvoiceId

where headers._source_id is null
