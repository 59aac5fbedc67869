-- Grain: one row per sales invoice of Finance, with the invoice and the order of Dataverse that it means
-- (columns that begin with own_) and, where it does not go to Dataverse, the reason.
with

invoices as (

    select
        *,
        {{ comparable('sales_invoice_row_id') }} as compared_row_id
    from {{ ref('int_sales_invoices_joined_to_orders') }}

),

-- what Dataverse has accepted of this template
remembered as (

    select
        {{ payload_member('payload', 'invoiceid') }} as invoice_id,
        {{ comparable('source_id') }} as compared_row_id
    from {{ ref('stg_ledger__accepted_rows') }}
    where target_model = 'dataverse__invoices'

),

remembered_rows as (

    select distinct compared_row_id from remembered

),

agreement_lines as (

    select
        invoice_id,
        count(*) as agreement_line_count
    from {{ ref('int_invoice_details_flagged') }}
    where is_agreement_line
    group by invoice_id

),

own_invoices as (

    select
        {{ comparable('invoices.invoice_number') }} as compared_number,
        count(*) as own_invoices,
        min(invoices.invoice_id) as own_invoice_id,
        min(invoices.finance_invoice_at) as own_invoice_at,
        max(remembered.compared_row_id) as own_compared_row_id,
        max(
            case
                when {{ column_is_missing('invoice', 'msdynce_haslineswithagreementorigin') }}
                    then case when agreement_lines.agreement_line_count > 0 then 1 else 0 end
                when coalesce(invoices.has_agreement_lines, false) then 1
                else 0
            end
        ) = 1 as is_agreement_invoice,
        -- only what came from Finance has the date of Finance
        max(
            case
                when remembered.invoice_id is null and invoices.finance_invoice_at is null then 1
                else 0
            end
        ) = 1 as is_unknown_to_finance

    from {{ ref('stg_dataverse__invoices') }} as invoices

    left join remembered
        on invoices.invoice_id = remembered.invoice_id

    left join agreement_lines
        on invoices.invoice_id = agreement_lines.invoice_id

    where not {{ is_blank('invoices.invoice_number') }}
    group by {{ comparable('invoices.invoice_number') }}

),

companies as (

    select * from {{ ref('companies') }}

),

joined as (

    select
        invoices.*,
        companies.time_zone,
        remembered_rows.compared_row_id is not null as is_remembered,
        coalesce(own_invoices.own_invoices, 0) as own_invoices,
        own_invoices.own_invoice_id,
        own_invoices.own_invoice_at,
        own_invoices.own_compared_row_id,
        -- the invoice of Dataverse is that of another company or year
        coalesce(own_invoices.own_compared_row_id <> invoices.compared_row_id, false)
            as is_another_invoice,
        coalesce(own_invoices.is_agreement_invoice, false) as is_agreement_invoice,
        coalesce(own_invoices.is_unknown_to_finance, false) as is_unknown_to_finance

    from invoices

    left join companies
        on invoices.data_area_id = companies.data_area_id

    left join remembered_rows
        on invoices.compared_row_id = remembered_rows.compared_row_id

    left join own_invoices
        on {{ comparable('invoices.invoice_number') }} = own_invoices.compared_number

),

scoped as (

    select
        *,
        case
            when time_zone is null then 'company_not_in_seed'
            when
                lower(origin_type)
                = lower({{ constant('finops__sales_order_headers', 'SalesOrderOriginType') }})
                then 'work_order_origin'
            -- free text invoices
            when sales_order_number is null then 'not_of_a_sales_order'
        end as filter_reason
    from joined

)

select * from scoped
