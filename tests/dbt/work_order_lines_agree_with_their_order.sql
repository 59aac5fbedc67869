{{ config(severity='warn') }}
-- Work order lines whose copies of status and flag differ from their work order: the copies decide
-- what goes out, so such a line may be left out, or go out with the wrong values.
select
    lines._source_table,
    lines._source_id,
    headers.work_order_number
from {{ ref('int_sales_order_lines_checked') }} as lines

inner join {{ ref('int_sales_order_headers_checked') }} as headers
    on lines.work_order_id = headers.work_order_id

where
    lines.order_status_code is distinct from headers.system_status_code
    or lines.is_maintained_externally is distinct from headers.is_maintained_externally
