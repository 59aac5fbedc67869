-- Grain: one row per actual in Finance, with the actual of Dataverse it is (columns that begin with own_)
-- and, where it does not go back, the reason.
with

actuals as (

    select * from {{ ref('stg_finops__actuals') }}

),

companies as (

    select * from {{ ref('companies') }}

),

own_actuals as (

    select * from {{ ref('stg_dataverse__actuals') }}

),

sent as (

    select
        actual_id,
        {{ payload_member('payload_to_finance', 'ExternalReference') }} as external_reference
    from {{ ref('int_actuals_remembered') }}

),

scoped as (

    select
        actuals.*,
        companies.time_zone,
        own_actuals.actual_id is not null as is_in_dataverse,
        own_actuals.project_id as own_project_id,
        own_actuals.currency_id as own_currency_id,
        own_actuals.billing_type_code as own_billing_type_code,
        own_actuals.transaction_type_code as own_transaction_type_code,
        own_actuals.quantity as own_quantity,
        own_actuals.accounting_at as own_accounting_at,
        own_actuals.document_at as own_document_at,
        own_actuals.exchange_rate_at as own_exchange_rate_at,
        own_actuals.start_at as own_start_at,
        own_actuals.end_at as own_end_at,
        -- a release of Finance without the column Voucher has it in the reference
        case
            when
                actuals.voucher is null
                and not (
                    actuals.is_journalized
                    and actuals.external_reference is not null
                    and actuals.external_reference is distinct from case
                        when sent.actual_id is not null then sent.external_reference
                        -- sent before this loader came, with what Dataverse has
                        else nullif(trim(trailing ' ' from own_actuals.external_reference), '')
                    end
                )
                then 'not_posted'
        end as filter_reason

    from actuals

    left join companies
        on actuals.data_area_id = companies.data_area_id

    left join own_actuals
        on actuals.actual_id = own_actuals.actual_id

    left join sent
        on actuals.actual_id = sent.actual_id

)

select * from scoped
