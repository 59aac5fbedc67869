-- Grain: one row per invoice, sent, filtered or rejected; a rejected line rejects its invoice.
with

invoices as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'invoice_number']) }} as copies
    from {{ ref('int_agreement_invoices_scoped') }}

),

rejected_lines as (

    select
        invoice_id,
        count(*) as line_count
    from {{ ref('int_invoice_lines_judged') }}
    where filter_reason is null and not ({{ is_empty('rejections') }})
    group by invoice_id

),

money as (

    select * from {{ ref('int_invoice_money_reconciled') }}

),

customers_sent as (

    select * from {{ ref('int_customers_sent') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        invoices.*,
        case when invoices.customer_table = 'account' then invoices.customer_number end
            as parent_account_number,
        case when invoices.customer_table = 'contact' then invoices.customer_number end
            as parent_contact_number,
        customers_sent.customer_id is not null as is_customer_sent,
        currencies.currency_code,
        coalesce(rejected_lines.line_count, 0) as rejected_line_count,
        money.source_amount,
        money.line_discount_amount,
        money.invoice_discount_amount as header_discount_amount,
        money.tax_amount,
        money.freight_amount as freight,
        money.out_of_scope_amount,
        money.unexplained_amount

    from invoices

    left join customers_sent
        on
            invoices.customer_id = customers_sent.customer_id
            and invoices.data_area_id = customers_sent.data_area_id

    left join currencies
        on invoices.currency_id = currencies.currency_id

    left join rejected_lines
        on invoices.invoice_id = rejected_lines.invoice_id

    left join money
        on invoices.invoice_id = money.invoice_id

),

checked as (

    select
        'invoice' as _source_table,
        invoice_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('invoice_number', 'ExternalInvoiceId', 'give the invoice a number'),
            reject_duplicate('copies', 'ExternalInvoiceId', 'invoice_number'),
        ] + rules_of_a_sales_document('CustomerAccount', 'invoice') + [
            reject_missing('invoice_at', 'InvoiceDate', 'set the invoice date'),
            reject_missing('due_date', 'DueDate', 'set the due date'),
            reject(
                'rejected_line_count > 0', 'missing_required', 'lines', 'rejected_line_count',
                "concat('An invoice goes out whole and ', cast(rejected_line_count as "
                ~ dbt.type_string() ~ "), ' of its lines cannot go: see their rejections.')"
            ),
            reject_amount_mismatch('line_discount', 'line_discount_amount'),
            reject_amount_mismatch('invoice_discount', 'header_discount_amount'),
            reject_amount_mismatch('tax', 'tax_amount'),
            reject_amount_mismatch('freight', 'freight'),
            reject_amount_mismatch('lines_out_of_scope', 'out_of_scope_amount'),
            reject_amount_mismatch('unexplained', 'unexplained_amount'),
            reject_too_long(
                'invoice_number', 'ExternalInvoiceId', 'finops__free_text_invoice_headers'
            ),
        ]) }} as rejections,
        {{ list_of([
            dubious_date('invoice_at', 'time_zone', 'InvoiceDate'),
        ]) }} as dubious_dates,
        invoice_id,
        data_area_id,
        invoice_number,
        customer_number,
        parent_account_number,
        parent_contact_number,
        currency_code,
        due_date,
        {{ company_date('invoice_at', 'time_zone') }} as invoice_date,
        state_code

    from looked_up

)

select * from checked
