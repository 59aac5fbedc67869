-- Grain: one row per contract line milestone, sent, filtered or rejected.
with

milestones as (

    select
        *,
        -- PSA 3.x and later have a lookup; 2.x has the GUID as text
        coalesce(contract_line_id, {{ as_guid('contract_line_text') }}) as parent_line_id,
        coalesce(contract_line_id, contract_line_text) as parent_line_text
    from {{ ref('stg_dataverse__contract_line_milestones') }}

),

contract_lines as (

    select
        *,
        {{ is_sent() }} as is_line_sent
    from {{ ref('int_project_contract_lines_checked') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        milestones.*,
        contract_lines.data_area_id,
        contract_lines.time_zone,
        contract_lines.is_line_sent,
        currencies.currency_code,
        case
            when contract_lines.filter_reason is not null then 'parent_filtered'
            -- time and material lines bill from actuals, never from milestones
            when contract_lines.billing_method_code = 192350000 then 'not_fixed_price'
        end as filter_reason

    from milestones

    left join contract_lines
        on milestones.parent_line_id = contract_lines.sales_order_detail_id

    left join currencies
        on milestones.currency_id = currencies.currency_id

),

checked as (

    select
        'msdyn_contractlinescheduleofvalue' as _source_table,
        milestone_id as _source_id,
        filter_reason,
        {{ list_of([
            reject(
                'not coalesce(is_line_sent, false)', 'missing_parent', 'ContractLineRef',
                'parent_line_text',
                "concat('Contract line ', coalesce(parent_line_text, '(none)'), "
                ~ "' is not there, or is rejected itself.')"
            ),
            reject_missing('invoice_at', 'InvoiceDate', 'set the invoice date of the milestone'),
            reject_missing('milestone_amount', 'Amount', 'set the amount of the milestone'),
            reject_missing('currency_code', 'CurrencyId', 'set the currency of the milestone'),
            reject_too_long(
                'milestone_name', 'Description', 'finops__project_contract_line_milestones'
            ),
        ]) }} as rejections,
        {{ list_of([
            dubious_date('invoice_at', 'time_zone', 'InvoiceDate'),
        ]) }} as dubious_dates,
        milestone_id,
        data_area_id,
        parent_line_id,
        milestone_name,
        milestone_amount,
        currency_code,
        {{ company_date('invoice_at', 'time_zone') }} as invoice_date

    from looked_up

)

select * from checked
