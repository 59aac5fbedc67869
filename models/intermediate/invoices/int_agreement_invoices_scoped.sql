-- Grain: one row per invoice, with its company and, where it is no agreement invoice, the reason.
with

invoices as (

    select * from {{ ref('stg_dataverse__invoices') }}

),

agreement_lines as (

    select
        invoice_id,
        count(*) as line_count
    from {{ ref('int_invoice_details_flagged') }}
    where is_agreement_line
    group by invoice_id

),

customers as (

    select * from {{ ref('int_customers_resolved') }}

),

with_flag as (

    select
        invoices.*,
        customers.customer_number,
        customers.customer_table,
        customers.is_active_customer,
        case
            when {{ column_is_missing('invoice', 'msdynce_haslineswithagreementorigin') }} then true
            else coalesce(invoices.has_agreement_lines, false)
        end as is_flagged,
        coalesce(agreement_lines.line_count, 0) as agreement_line_count

    from invoices

    left join agreement_lines
        on invoices.invoice_id = agreement_lines.invoice_id

    left join customers
        on invoices.customer_id = customers.customer_id

),

scoped as (

    select
        with_flag.*,
        companies.data_area_id,
        companies.time_zone,
        -- the flag stays on when the last agreement line is removed
        case
            when not with_flag.is_flagged or with_flag.agreement_line_count = 0
                then 'no_agreement_lines'
        end as filter_reason

    from with_flag

    {{ join_company('with_flag.customer_number', 'with_flag.business_unit_id') }}

)

select * from scoped
