-- A document that is sent although the account it names is not, in the document's company.
with

customers as (

    select
        dataAreaId,
        CustomerAccount
    from {{ ref('finops__customers') }}

),

named as (

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_customer as account_number
    from {{ ref('finops__project_contracts') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        CustomerAccount as account_number
    from {{ ref('finops__projects') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        OrderingCustomerAccountNumber as account_number
    from {{ ref('finops__sales_order_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        InvoiceCustomerAccountNumber as account_number
    from {{ ref('finops__sales_order_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_customer as account_number
    from {{ ref('finops__free_text_invoice_headers') }}

    union all

    select
        _source_table,
        _source_id,
        dataAreaId,
        _parent_customer as account_number
    from {{ ref('finops__crm_sales_order_headers') }}

)

select named.*
from named

left join customers
    on
        named.dataAreaId = customers.dataAreaId
        and named.account_number = customers.CustomerAccount

where named.account_number is not null and customers.CustomerAccount is null
