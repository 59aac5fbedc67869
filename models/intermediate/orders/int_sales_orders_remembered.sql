-- Grain: one row per order or order line that Finance or Dataverse has accepted from here, with what was
-- accepted last and, of an order, the row of Finance that it is.
with

accepted as (

    select
        payload,
        accepted_at,
        target_model in ('finops__crm_sales_order_headers', 'finops__crm_sales_order_lines')
            as is_to_finance,
        case target_model
            when 'dataverse__sales_orders' then {{ payload_member('payload', 'salesorderid') }}
            when 'dataverse__sales_order_details'
                then {{ payload_member('payload', 'salesorderdetailid') }}
            else source_id
        end as row_id,
        -- what an order is in Finance; a line has none
        case target_model
            when 'dataverse__sales_orders' then source_id
            when 'finops__crm_sales_order_headers'
                then
                    {{ payload_member('payload', 'dataAreaId') }}
                    || '/'
                    || {{ payload_member('payload', 'SalesOrderNumber') }}
        end as finance_row_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where
        target_model in (
            'finops__crm_sales_order_headers', 'finops__crm_sales_order_lines',
            'dataverse__sales_orders', 'dataverse__sales_order_details'
        )

),

newest as (

    select
        *,
        row_number() over (
            partition by is_to_finance, row_id
            order by accepted_at desc, payload asc
        ) as version_rank
    from accepted
    where row_id is not null

),

remembered as (

    select
        row_id,
        max(case when is_to_finance then payload end) as payload_to_finance,
        max(case when not is_to_finance then payload end) as payload_from_finance,
        {{ comparable(
            "coalesce(max(case when is_to_finance then finance_row_id end), max(finance_row_id))"
        ) }} as compared_row_id
    from newest
    where version_rank = 1
    group by row_id

)

select * from remembered
