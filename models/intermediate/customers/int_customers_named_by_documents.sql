-- Grain: one row per customer and company in which a document in scope names the customer.
with

contracts as (

    select * from {{ ref('int_project_contracts_scoped') }}
    where filter_reason is null

),

projects as (

    select * from {{ ref('int_projects_scoped') }}
    where filter_reason is null

),

work_orders as (

    select * from {{ ref('int_work_orders_scoped') }}
    where filter_reason is null

),

invoices as (

    select * from {{ ref('int_agreement_invoices_scoped') }}
    where filter_reason is null

),

quotes as (

    select * from {{ ref('int_quotes_scoped') }}
    where filter_reason is null

),

crm_orders as (

    select * from {{ ref('int_crm_sales_orders_scoped') }}
    where filter_reason is null

),

named as (

    select
        customer_id,
        data_area_id
    from contracts

    union

    select
        customer_id,
        data_area_id
    from projects

    union

    select
        service_account_id as customer_id,
        data_area_id
    from work_orders

    union

    select
        billing_account_id as customer_id,
        data_area_id
    from work_orders

    union

    select
        customer_id,
        data_area_id
    from invoices

    union

    select
        customer_id,
        data_area_id
    from quotes

    union

    select
        customer_id,
        data_area_id
    from crm_orders

)

select *
from named
where customer_id is not null and data_area_id is not null
