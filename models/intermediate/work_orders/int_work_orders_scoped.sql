-- Grain: one row per work order, with its company and, where it does not go out, the reason.
with

work_orders as (

    select * from {{ ref('stg_dataverse__work_orders') }}

),

maintained as (

    select * from {{ ref('int_work_order_products_maintained') }}

),

accounts as (

    select * from {{ ref('stg_dataverse__accounts') }}

),

with_flag as (

    select
        work_orders.*,
        accounts.account_number,
        -- an order without lines counts as maintained
        case
            when
                {{ column_is_missing(
                    'msdyn_workorder', 'msdynce_hasexternallymaintainedproductsonly'
                ) }}
                then coalesce(maintained.has_externally_maintained_products_only, true)
            else coalesce(work_orders.has_externally_maintained_products_only, false)
        end as is_maintained_externally

    from work_orders

    left join maintained
        on work_orders.work_order_id = maintained.work_order_id

    left join accounts
        on work_orders.service_account_id = accounts.account_id

),

scoped as (

    select
        with_flag.*,
        companies.data_area_id,
        companies.time_zone,
        case
            -- Scheduled, In Progress, Completed and Posted; neither Unscheduled nor Canceled
            when
                with_flag.system_status_code is null
                or with_flag.system_status_code not in (690970001, 690970002, 690970003, 690970004)
                then 'status_out_of_scope'
            when not with_flag.is_maintained_externally
                then 'not_externally_maintained'
        end as filter_reason

    from with_flag

    {{ join_company('with_flag.account_number', 'with_flag.business_unit_id') }}

)

select * from scoped
