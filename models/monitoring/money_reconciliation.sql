-- Grain: one row per agreement invoice: source total = sent + named remainders + unexplained.
with

reconciled as (

    select * from {{ ref('int_invoice_money_reconciled') }}

),

final as (

    select
        'agreement_invoices' as template,
        data_area_id,
        invoice_number as document_number,
        invoice_id as source_id,
        source_amount,
        sent_amount,
        line_discount_amount,
        invoice_discount_amount,
        tax_amount,
        freight_amount,
        out_of_scope_amount,
        rounding_amount,
        unexplained_amount
    from reconciled

)

select * from final
