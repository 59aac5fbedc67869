-- Grain: one row per invoice line, with whether it comes from an agreement.
with

lines as (

    select * from {{ ref('stg_dataverse__invoice_details') }}

),

flagged as (

    select
        *,
        case
            when {{ column_is_missing('invoicedetail', 'msdynce_hasagreementorigin') }}
                then agreement_id is not null
            else coalesce(has_agreement_origin, false)
        end as is_agreement_line,
        cast(
            round(cast(quantity as decimal(19, 5)) * cast(unit_price as decimal(19, 4)), 2)
            as decimal(38, 2)
        ) as line_amount
    from lines

)

select * from flagged
