-- A document that is sent although the customer it names, an account or a contact, is not, in the
-- document's company.
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

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_customer as customer_number,
        'account' as customer_table
    from {{ ref('finops__project_contracts') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_contact as customer_number,
        'contact' as customer_table
    from {{ ref('finops__project_contracts') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        CustomerAccount as customer_number,
        'account' as customer_table
    from {{ ref('finops__projects') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        OrderingCustomerAccountNumber as customer_number,
        'account' as customer_table
    from {{ ref('finops__sales_order_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        InvoiceCustomerAccountNumber as customer_number,
        'account' as customer_table
    from {{ ref('finops__sales_order_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_customer as customer_number,
        'account' as customer_table
    from {{ ref('finops__free_text_invoice_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_contact as customer_number,
        'contact' as customer_table
    from {{ ref('finops__free_text_invoice_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_customer as customer_number,
        'account' as customer_table
    from {{ ref('finops__sales_quotation_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_contact as customer_number,
        'contact' as customer_table
    from {{ ref('finops__sales_quotation_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        AssociatedPartyNumber as customer_number,
        'account' as customer_table
    from {{ ref('finops__contact_persons') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_customer as customer_number,
        'account' as customer_table
    from {{ ref('finops__crm_sales_order_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_contact as customer_number,
        'contact' as customer_table
    from {{ ref('finops__crm_sales_order_headers') }}

)

select named.*
from named

left join customers
    on
        named.dataAreaId = customers.dataAreaId
        and named.customer_number = customers.CustomerAccount
        and named.customer_table = customers.customer_table

where named.customer_number is not null and customers.CustomerAccount is null
