-- Grain: one row per company, sales order and line of Finance, sent to Dataverse, filtered or rejected.
with

lines as (

    select * from {{ ref('stg_finops__sales_order_lines') }}

),

headers as (

    select
        *,
        {{ is_sent() }} as is_header_sent
    from {{ ref('int_confirmed_sales_orders_checked') }}

),

-- the solution writes lines without a product (header tax), which are none of Finance
own_lines as (

    select
        sales_order_id,
        sequence_number,
        count(*) as own_lines,
        min(sales_order_detail_id) as own_line_id
    from {{ ref('stg_dataverse__sales_order_details') }}
    where sequence_number is not null and product_id is not null
    group by sales_order_id, sequence_number

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
        headers.sales_order_id,
        headers.is_header_sent,
        headers.is_cancelled,
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
            and {{ comparable('lines.sales_order_number') }}
            = {{ comparable('headers.sales_order_number') }}

    left join own_lines
        on
            headers.sales_order_id = own_lines.sales_order_id
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
        'CDSSalesOrderLines' as _source_table,
        sales_order_line_row_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_parent(
                'sales_order_number', 'is_header_sent', 'salesorderid', 'Sales order'
            ),
            reject(
                'own_lines > 1', 'duplicate_key', 'sequencenumber', 'line_number',
                "concat('Order ', sales_order_number, ' has ', cast(own_lines as string), ' lines ', "
                ~ "cast(line_number as string), ' in Dataverse. Renumber all but one.')"
            ),
        ] + rules_of_a_sales_line_of_finance()) }} as rejections,
        coalesce(
            own_line_id,
            {{ guid_of(
                "concat('salesorderdetail/', " ~ comparable('sales_order_number')
                ~ ", '/', cast(line_number as " ~ dbt.type_string() ~ "))"
            ) }}
        ) as sales_order_detail_id,
        own_line_id is not null as is_in_dataverse,
        is_cancelled,
        sales_order_id,
        sales_order_number,
        line_number,
        product_id,
        parent_product_id,
        product_name,
        unit_id,
        currency_id,
        quantity,
        unit_price,
        discount_amount,
        tax_amount,
        line_amount,
        delivery_street,
        delivery_street_number,
        delivery_city,
        delivery_zip_code,
        delivery_state,
        delivery_country_code

    from joined

)

select * from checked
