-- Grain: one row per work order product or service, with both the estimated and the used values.
-- Where the organisation lacks a column of the integration solution, its formula stands in.
with

products as (

    select
        *,
        -- the solution divides by the quantity in five places
        cast(coalesce(used_quantity, 0) as decimal(19, 5)) as billed_quantity,
        cast(total_amount + coalesce(discount_amount, 0) as decimal(19, 4)) as gross_amount
    from {{ ref('stg_dataverse__work_order_products') }}

),

services as (

    select
        *,
        coalesce(used_duration_minutes, 0) as billed_minutes,
        cast((total_amount + coalesce(discount_amount, 0)) * 60 as decimal(19, 4))
            as gross_amount_times_60
    from {{ ref('stg_dataverse__work_order_services') }}

),

priced_products as (

    select
        *,
        case
            when
                not {{ column_is_missing('msdyn_workorderproduct', 'msdynce_invoicedunitamount') }}
                then cast(invoiced_unit_amount as decimal(28, 4))
            when billed_quantity = 0 then 0
            else {{ divide('gross_amount', 4, 'billed_quantity', 5, 2) }}
        end as unit_amount
    from products

),

priced_services as (

    select
        *,
        case
            when
                not {{ column_is_missing('msdyn_workorderservice', 'msdynce_invoicedunitamount') }}
                then cast(invoiced_unit_amount as decimal(28, 4))
            when billed_minutes = 0 then 0
            else
                {{ divide(
                    'gross_amount_times_60', 4, 'cast(billed_minutes as decimal(19, 0))', 0, 2
                ) }}
        end as unit_amount
    from services

),

product_lines as (

    select
        'msdyn_workorderproduct' as _source_table,
        work_order_product_id as _source_id,
        work_order_id,
        product_id,
        unit_id,
        warehouse_id,
        line_order,
        line_order as line_number,
        line_status_code,
        -- only a product can be allocated; an empty flag is not allocated
        coalesce(is_allocated, false) as is_allocated,
        header_system_status_code,
        {{ column_is_missing('msdyn_workorderproduct', 'msdynce_headersystemstatus') }}
            as lacks_header_status,
        order_has_externally_maintained_products_only,
        {{ column_is_missing(
            'msdyn_workorderproduct', 'msdynce_orderhasexternalmaintainedproductsonly'
        ) }} as lacks_order_flag,
        cast(estimated_quantity as decimal(28, 10)) as estimated_quantity,
        cast(estimated_unit_amount as decimal(28, 4)) as estimated_unit_amount,
        cast(estimated_discount_amount as decimal(28, 4)) as estimated_discount_amount,
        cast(coalesce(used_quantity, 0) as decimal(28, 10)) as used_quantity,
        cast(unit_amount as decimal(28, 4)) as used_unit_amount,
        case
            when
                not {{ column_is_missing(
                    'msdyn_workorderproduct', 'msdynce_invoiceddiscountamount'
                ) }}
                then cast(invoiced_discount_amount as decimal(28, 4))
            else
                cast(round(
                    cast(unit_amount as decimal(19, 4)) * billed_quantity
                    - cast(total_amount as decimal(38, 9)),
                    2
                ) as decimal(28, 4))
        end as used_discount_amount,
        total_amount
    from priced_products

),

service_lines as (

    select
        'msdyn_workorderservice' as _source_table,
        work_order_service_id as _source_id,
        work_order_id,
        service_id as product_id,
        unit_id,
        -- a service leaves no warehouse
        cast(null as string) as warehouse_id,
        line_order,
        -- products count upwards, services downwards, so both share one order
        case
            when {{ column_is_missing('msdyn_workorderservice', 'msdynce_externallineorder') }}
                then -1 * line_order
            else external_line_order
        end as line_number,
        line_status_code,
        cast(null as boolean) as is_allocated,
        header_system_status_code,
        {{ column_is_missing('msdyn_workorderservice', 'msdynce_headersystemstatus') }}
            as lacks_header_status,
        order_has_externally_maintained_products_only,
        {{ column_is_missing(
            'msdyn_workorderservice', 'msdynce_orderhasexternalmaintainedproductsonly'
        ) }} as lacks_order_flag,
        case
            when
                not {{ column_is_missing(
                    'msdyn_workorderservice', 'msdynce_estimateddurationinhours'
                ) }}
                then cast(estimated_duration_hours as decimal(28, 10))
            else
                cast({{ divide(
                    'cast(estimated_duration_minutes as decimal(19, 0))', 0,
                    'cast(60 as decimal(19, 0))', 0, 5
                ) }} as decimal(28, 10))
        end as estimated_quantity,
        cast(estimated_unit_amount as decimal(28, 4)) as estimated_unit_amount,
        cast(estimated_discount_amount as decimal(28, 4)) as estimated_discount_amount,
        case
            when not {{ column_is_missing('msdyn_workorderservice', 'msdynce_durationinhours') }}
                then cast(used_duration_hours as decimal(28, 10))
            else
                cast({{ divide(
                    'cast(billed_minutes as decimal(19, 0))', 0,
                    'cast(60 as decimal(19, 0))', 0, 5
                ) }} as decimal(28, 10))
        end as used_quantity,
        cast(unit_amount as decimal(28, 4)) as used_unit_amount,
        case
            when
                not {{ column_is_missing(
                    'msdyn_workorderservice', 'msdynce_invoiceddiscountamount'
                ) }}
                then cast(invoiced_discount_amount as decimal(28, 4))
            else
                cast({{ divide(
                    'cast(cast(unit_amount as decimal(19, 4)) * cast(billed_minutes as decimal(19, 0))'
                    ~ ' - cast(total_amount * 60 as decimal(28, 4)) as decimal(19, 4))', 4,
                    'cast(60 as decimal(19, 0))', 0, 2
                ) }} as decimal(28, 4))
        end as used_discount_amount,
        total_amount
    from priced_services

),

united as (

    select * from product_lines

    union all

    select * from service_lines

)

select * from united
