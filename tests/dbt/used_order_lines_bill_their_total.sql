{{ config(severity='warn') }}
-- Used work order products whose price times quantity less discount is not their billed total.
select
    _source_id,
    work_order_number,
    quantity,
    unit_amount,
    discount_amount,
    total_amount
from {{ ref('int_sales_order_lines_checked') }}
where
    filter_reason is null
    and task = 'used'
    and _source_table = 'msdyn_workorderproduct'
    and abs(
        round(cast(unit_amount as decimal(19, 4)) * cast(quantity as decimal(19, 5)), 2)
        - discount_amount
        - total_amount
    ) >= 0.005
