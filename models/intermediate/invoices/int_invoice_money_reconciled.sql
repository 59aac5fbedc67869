-- Grain: one row per agreement invoice: its total = what is sent + named remainders + the rest.
with

invoices as (

    select * from {{ ref('int_agreement_invoices_scoped') }}
    where filter_reason is null

),

lines as (

    select * from {{ ref('int_invoice_details_flagged') }}

),

line_sums as (

    select
        invoice_id,
        count(*) as line_count,
        sum(case when is_agreement_line then coalesce(line_amount, 0) else 0 end) as sent_amount,
        sum(case when is_agreement_line then coalesce(discount_amount, 0) else 0 end)
            as line_discount_amount,
        sum(case when is_agreement_line then coalesce(tax_amount, 0) else 0 end) as tax_amount,
        sum(case when is_agreement_line then 0 else coalesce(extended_amount, 0) end)
            as out_of_scope_amount
    from lines
    group by invoice_id

),

summed as (

    select
        invoices.invoice_id,
        invoices.invoice_number,
        invoices.data_area_id,
        line_sums.line_count,
        cast(coalesce(invoices.total_amount, 0) as decimal(28, 4)) as source_amount,
        cast(line_sums.sent_amount as decimal(28, 4)) as sent_amount,
        cast(-1 * line_sums.line_discount_amount as decimal(28, 4)) as line_discount_amount,
        cast(-1 * coalesce(invoices.invoice_discount_amount, 0) as decimal(28, 4))
            as invoice_discount_amount,
        cast(line_sums.tax_amount as decimal(28, 4)) as tax_amount,
        cast(coalesce(invoices.freight_amount, 0) as decimal(28, 4)) as freight_amount,
        cast(line_sums.out_of_scope_amount as decimal(28, 4)) as out_of_scope_amount

    from invoices

    inner join line_sums
        on invoices.invoice_id = line_sums.invoice_id

),

compared as (

    select
        *,
        source_amount - (
            sent_amount
            + line_discount_amount
            + invoice_discount_amount
            + tax_amount
            + freight_amount
            + out_of_scope_amount
        ) as rest_amount
    from summed

),

reconciled as (

    select
        *,
        -- a cent a line is what rounding each line can leave
        case when abs(rest_amount) <= 0.01 * line_count then rest_amount else 0 end
            as rounding_amount,
        case when abs(rest_amount) <= 0.01 * line_count then 0 else rest_amount end
            as unexplained_amount
    from compared

)

select * from reconciled
