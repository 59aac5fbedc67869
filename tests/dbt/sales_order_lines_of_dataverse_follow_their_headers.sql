-- A line that is sent although its order is not, on the way to Finance or back.
with

to_finance as (

    select
        lines._source_table,
        lines._source_id

    from {{ ref('finops__crm_sales_order_lines') }} as lines

    left join {{ ref('finops__crm_sales_order_headers') }} as headers
        on
            lines.dataAreaId = headers.dataAreaId
            and lines.SalesOrderNumber = headers.SalesOrderNumber

    where headers._source_id is null

),

to_dataverse as (

    select
        lines._source_table,
        lines._source_id

    from {{ ref('dataverse__sales_order_details') }} as lines

    left join {{ ref('dataverse__sales_orders') }} as headers
        on lines.salesorderid = headers.salesorderid

    where headers._source_id is null

)

select * from to_finance

union all

select * from to_dataverse
