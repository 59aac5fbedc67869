-- Grain: one row per purchase order of Dataverse that Finance or Dataverse has accepted from here.
with

accepted as (

    select
        accepted_at,
        target_model = 'finops__purchase_order_headers' as is_to_finance,
        case
            when target_model = 'finops__purchase_order_headers' then source_id
            else {{ payload_member('payload', 'msdyn_purchaseorderid') }}
        end as purchase_order_id,
        case
            when target_model = 'finops__purchase_order_headers'
                then
                    concat(
                        {{ payload_member('payload', 'dataAreaId') }}, '/',
                        {{ payload_member('payload', 'PurchaseOrderNumber') }}
                    )
            else source_id
        end as finance_row_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model in ('finops__purchase_order_headers', 'dataverse__purchase_orders')

),

-- an order that was sent under two numbers counts as the later one
ranked as (

    select
        purchase_order_id,
        is_to_finance,
        accepted_at,
        {{ comparable('finance_row_id') }} as compared_row_id,
        row_number() over (
            partition by purchase_order_id
            order by accepted_at desc, finance_row_id asc
        ) as version_rank
    from accepted
    where purchase_order_id is not null and finance_row_id is not null

),

remembered as (

    select
        purchase_order_id,
        max(case when version_rank = 1 then compared_row_id end) as compared_row_id,
        max(accepted_at) as accepted_at,
        max(case when is_to_finance then 1 else 0 end) = 1 as went_to_finance,
        -- from then on Finance is its master, whatever its status is later
        min(case when is_to_finance then 1 else 0 end) = 0
        and max(case when is_to_finance then 1 else 0 end) = 1 as came_back
    from ranked
    group by purchase_order_id

),

-- of two orders of Dataverse for one of Finance, the later one is meant
final as (

    select
        purchase_order_id,
        compared_row_id,
        went_to_finance,
        came_back,
        row_number() over (
            partition by compared_row_id
            order by accepted_at desc, purchase_order_id asc
        ) = 1 as is_meant_by_finance
    from remembered

)

select * from final
