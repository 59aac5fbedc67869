-- A sales order line that is sent although its header is not.
with

headers as (

    select * from {{ ref('finops__sales_order_headers') }}

),

lines as (

    select * from {{ ref('finops__sales_order_lines') }}

)

select
    lines._source_table,
    lines._source_id
from lines

left join headers
    on
        lines.dataAreaId = headers.dataAreaId
        and lines.SalesOrderNumber = headers.SalesOrderNumber

where headers._source_id is null
