-- Grain: one row per order line of Dataverse, sent, filtered or rejected.
with

lines as (

    select * from {{ ref('stg_dataverse__sales_order_details') }}

),

headers as (

    select
        *,
        {{ is_sent() }} as is_header_sent
    from {{ ref('int_crm_sales_order_headers_checked') }}

),

remembered as (

    select * from {{ ref('int_sales_orders_remembered') }}

),

products as (

    select * from {{ ref('stg_dataverse__products') }}

),

units as (

    select * from {{ ref('stg_dataverse__units') }}

),

scoped as (

    select
        lines.*,
        headers.data_area_id,
        headers.sales_order_number,
        headers.is_header_sent,
        headers.is_cancelled,
        case
            when headers.filter_reason is not null then 'parent_filtered'
            -- lines of project contracts go with the template projects_and_contracts
            when lines.line_type_code = 690970000 or lines.product_type_code = 5
                then 'project_line'
            -- what people in Finance have added to an order from here
            when
                remembered.payload_to_finance is null
                and (
                    remembered.payload_from_finance is not null
                    or coalesce(lines.is_maintained_externally, false)
                )
                then 'came_from_finance'
            -- "Freight Tax", which the solution writes where the tax of a header comes back
            when
                lines.product_id is null
                and remembered.row_id is null
                and orders_remembered.payload_from_finance is not null
                then 'tax_line'
        end as filter_reason

    from lines

    left join headers
        on lines.sales_order_id = headers.sales_order_id

    left join remembered
        on lines.sales_order_detail_id = remembered.row_id

    left join remembered as orders_remembered
        on lines.sales_order_id = orders_remembered.row_id

),

looked_up as (

    select
        scoped.*,
        {{ copies_of_key([
            'scoped.data_area_id', 'scoped.sales_order_number', 'scoped.sequence_number'
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
        'salesorderdetail' as _source_table,
        sales_order_detail_id as _source_id,
        filter_reason,
        {{ list_of(rules_of_a_line_and_its_document(
            document_id='sales_order_id', document_column='SalesOrderNumber', document='order'
        ) + rules_of_a_product_and_its_unit('choose a product') + [
            reject_missing('quantity', 'OrderedSalesQuantity', 'set the quantity'),
            reject_missing('unit_price', 'SalesPrice', 'set the price per unit'),
        ]) }} as rejections,
        sales_order_detail_id,
        data_area_id,
        sales_order_number,
        sequence_number,
        product_id,
        product_number,
        unit_id,
        unit_symbol,
        quantity,
        unit_price,
        coalesce(discount_amount, 0) as discount_amount,
        is_cancelled

    from looked_up

)

select * from checked
