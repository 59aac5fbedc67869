-- Grain: one row per quote line, sent, filtered or rejected.
with

quote_details as (

    select * from {{ ref('stg_dataverse__quote_details') }}

),

headers as (

    select
        *,
        {{ is_sent() }} as is_header_sent
    from {{ ref('int_sales_quotation_headers_checked') }}

),

products as (

    select * from {{ ref('stg_dataverse__products') }}

),

units as (

    select * from {{ ref('stg_dataverse__units') }}

),

scoped as (

    select
        quote_details.*,
        headers.data_area_id,
        headers.quote_number,
        headers.is_header_sent,
        case when headers.filter_reason is not null then 'parent_filtered' end as filter_reason

    from quote_details

    left join headers
        on quote_details.quote_id = headers.quote_id

),

looked_up as (

    select
        scoped.*,
        {{ copies_of_key([
            'scoped.data_area_id', 'scoped.quote_number', 'scoped.sequence_number'
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
        'quotedetail' as _source_table,
        quote_detail_id as _source_id,
        filter_reason,
        {{ list_of(rules_of_a_line_and_its_document(
            document_id='quote_id', document_column='SalesQuotationNumber', document='quote'
        ) + rules_of_a_product_and_its_unit('choose a product; a write-in has none') + [
            reject_missing('quantity', 'RequestedSalesQuantity', 'set the quantity'),
            reject_missing('unit_price', 'SalesPrice', 'set the price per unit'),
        ]) }} as rejections,
        data_area_id,
        quote_number,
        sequence_number,
        product_number,
        unit_symbol,
        quantity,
        unit_price,
        coalesce(discount_amount, 0) as discount_amount

    from looked_up

)

select * from checked
