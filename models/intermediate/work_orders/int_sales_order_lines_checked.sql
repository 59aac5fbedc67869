-- Grain: one row per work order product or service, sent, filtered or rejected.
with

lines as (

    select * from {{ ref('int_work_order_lines_united') }}

),

headers as (

    select
        *,
        {{ is_sent() }} as is_header_sent
    from {{ ref('int_sales_order_headers_checked') }}

),

products as (

    select * from {{ ref('stg_dataverse__products') }}

),

units as (

    select * from {{ ref('stg_dataverse__units') }}

),

with_header as (

    select
        lines.*,
        headers.data_area_id,
        headers.work_order_number,
        headers.filter_reason as header_filter_reason,
        headers.is_header_sent,
        -- without its work order and without copies of its own, nothing says that a line is out of scope
        headers.work_order_id is null and (lines.lacks_header_status or lines.lacks_order_flag)
            as is_unknown,
        -- the line's own copies decide, as in the original; see the test on stale copies
        case
            when lines.lacks_header_status then headers.system_status_code
            else lines.header_system_status_code
        end as order_status_code,
        case
            when lines.lacks_order_flag then headers.is_maintained_externally
            else coalesce(lines.order_has_externally_maintained_products_only, false)
        end as is_maintained_externally

    from lines

    left join headers
        on lines.work_order_id = headers.work_order_id

),

with_task as (

    select
        *,
        case
            when line_status_code = 690970001 or order_status_code = 690970004 then 'used'
            -- a product that is not allocated goes out as used, whatever its line status
            when _source_table = 'msdyn_workorderproduct' and not is_allocated then 'used'
            when line_status_code = 690970000 then 'estimated'
        end as task
    from with_header

),

scoped as (

    select
        *,
        case
            when is_unknown then null
            when
                order_status_code is null
                or order_status_code not in (690970001, 690970002, 690970003, 690970004)
                then 'status_out_of_scope'
            when not coalesce(is_maintained_externally, false) then 'not_externally_maintained'
            when task is null then 'no_task_matches'
            when header_filter_reason is not null then 'parent_filtered'
        end as filter_reason,
        case task when 'used' then used_quantity else estimated_quantity end as quantity,
        case task when 'used' then used_unit_amount else estimated_unit_amount end as unit_amount,
        coalesce(
            case task when 'used' then used_discount_amount else estimated_discount_amount end, 0
        ) as discount_amount
    from with_task

),

looked_up as (

    select
        scoped.*,
        {{ copies_of_key([
            'scoped.data_area_id', 'scoped.work_order_number', 'scoped.line_number'
        ]) }} as copies,
        products.product_number,
        units.unit_name,
        {{ mapped_value('unit', 'units.unit_name') }} as unit_symbol

    from scoped

    left join products
        on scoped.product_id = products.product_id

    left join units
        on scoped.unit_id = units.unit_id

    {{ join_value_map('unit', 'units.unit_name') }}

),

checked as (

    select
        _source_table,
        _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key(
                'line_number', 'LineCreationSequenceNumber', 'give the line a line order'
            ),
            reject(
                'line_number = 0', 'missing_key', 'LineCreationSequenceNumber', 'line_number',
                "'LineCreationSequenceNumber is 0, which a product and a service would share: "
                ~ "number the lines of the work order from 1.'"
            ),
            reject_duplicate('copies', 'LineCreationSequenceNumber', 'line_number'),
            reject_missing_key('work_order_id', 'SalesOrderNumber', 'the line belongs to no work order'),
            reject_missing_parent(
                'work_order_id', 'is_header_sent', 'SalesOrderNumber', 'Work order'
            ),
        ] + rules_of_a_product_and_its_unit('choose a product or service') + [
            reject_missing('quantity', 'OrderedSalesQuantity', 'set the quantity or duration'),
            reject_missing('unit_amount', 'SalesPrice', 'set the unit amount'),
        ]) }} as rejections,
        work_order_id,
        data_area_id,
        work_order_number,
        line_number,
        product_number,
        unit_symbol,
        quantity,
        unit_amount,
        discount_amount,
        warehouse_id,
        task,
        total_amount,
        order_status_code,
        is_maintained_externally

    from looked_up

)

select * from checked
