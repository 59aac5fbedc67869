-- A line of an invoice of Finance that is sent to Dataverse although its invoice is not.
with

invoices as (

    select * from {{ ref('dataverse__invoices') }}

),

lines as (

    select * from {{ ref('dataverse__invoice_details') }}

)

select
    lines._source_table,
    lines._source_id
from lines

left join invoices
    on lines.invoiceid = invoices.invoiceid

where invoices._source_id is null
