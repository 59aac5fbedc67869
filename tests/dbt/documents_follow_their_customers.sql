-- A document that is sent although the customer it names, an account or a contact, is not, in the
-- document's company.
{%- set names = [
    ('finops__project_contracts', '_parent_customer', 'account'),
    ('finops__project_contracts', '_parent_contact', 'contact'),
    ('finops__projects', 'CustomerAccount', 'account'),
    ('finops__sales_order_headers', 'OrderingCustomerAccountNumber', 'account'),
    ('finops__sales_order_headers', 'InvoiceCustomerAccountNumber', 'account'),
    ('finops__free_text_invoice_headers', '_parent_customer', 'account'),
    ('finops__free_text_invoice_headers', '_parent_contact', 'contact'),
    ('finops__sales_quotation_headers', '_parent_customer', 'account'),
    ('finops__sales_quotation_headers', '_parent_contact', 'contact'),
    ('finops__contact_persons', 'AssociatedPartyNumber', 'account'),
    ('finops__crm_sales_order_headers', '_parent_customer', 'account'),
    ('finops__crm_sales_order_headers', '_parent_contact', 'contact'),
] %}

with

customers as (

    select
        dataAreaId,
        CustomerAccount,
        'account' as customer_table
    from {{ ref('finops__customers') }}

    union all

    select
        dataAreaId,
        CustomerAccount,
        'contact' as customer_table
    from {{ ref('finops__contact_customers') }}

),

named as (

    {%- for model, column, customer_table in names %}
    {{- "\n\n    union all" if not loop.first }}

    select
        _source_table,
        _source_id,
        dataAreaId,
        {{ column }} as customer_number,
        '{{ customer_table }}' as customer_table
    from {{ ref(model) }}
    {%- endfor %}

)

select named.*
from named

left join customers
    on
        named.dataAreaId = customers.dataAreaId
        and named.customer_number = customers.CustomerAccount
        and named.customer_table = customers.customer_table

where named.customer_number is not null and customers.CustomerAccount is null
