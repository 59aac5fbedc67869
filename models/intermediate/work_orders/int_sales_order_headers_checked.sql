-- Grain: one row per work order, sent, filtered or rejected.
with

work_orders as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'work_order_number']) }} as copies
    from {{ ref('int_work_orders_scoped') }}

),

customers_sent as (

    select * from {{ ref('int_customers_sent') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

finance_projects as (

    select * from {{ ref('int_external_projects_found_in_finance') }}

),

looked_up as (

    select
        work_orders.*,
        service_accounts.customer_number as ordering_customer_number,
        billing_accounts.customer_number as invoice_customer_number,
        currencies.currency_code,
        finance_projects.project_number,
        {{ mapped_value('country', 'work_orders.country') }} as country_code,
        {{ mapped_value('work_order_status', 'work_orders.system_status_code') }}
            as external_work_order_status

    from work_orders

    left join customers_sent as service_accounts
        on
            work_orders.service_account_id = service_accounts.customer_id
            and work_orders.data_area_id = service_accounts.data_area_id

    left join customers_sent as billing_accounts
        on
            work_orders.billing_account_id = billing_accounts.customer_id
            and work_orders.data_area_id = billing_accounts.data_area_id

    left join currencies
        on work_orders.currency_id = currencies.currency_id

    left join finance_projects
        on
            work_orders.external_project_id = finance_projects.external_project_id
            and work_orders.data_area_id = finance_projects.data_area_id

    {{ join_value_map('country', 'work_orders.country') }}

    {{ join_value_map('work_order_status', 'work_orders.system_status_code') }}

),

checked as (

    select
        'msdyn_workorder' as _source_table,
        work_order_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('work_order_number', 'SalesOrderNumber', 'give the work order a number'),
            reject_duplicate('copies', 'SalesOrderNumber', 'work_order_number'),
            reject_unmapped_company(
                'data_area_id', 'business_unit_id',
                "'no rule names the account or business unit, and D365_COMPANY is not set'"
            ),
            reject_missing(
                'service_account_id', 'OrderingCustomerAccountNumber', 'set the service account'
            ),
            reject_missing_parent(
                'service_account_id', 'ordering_customer_number is not null',
                'OrderingCustomerAccountNumber', 'Service account'
            ),
            reject_missing_parent(
                'billing_account_id', 'invoice_customer_number is not null',
                'InvoiceCustomerAccountNumber', 'Billing account'
            ),
            reject_missing_parent(
                'external_project_id', 'project_number is not null', 'ProjectId', 'Project of Finance'
            ),
            reject_missing('currency_code', 'CurrencyCode', 'set the currency of the work order'),
            reject_unmapped(
                'country', 'country', 'country_code', 'DeliveryAddressCountryRegionISOCode'
            ),
            reject_unmapped(
                'work_order_status', 'system_status_code', 'external_work_order_status',
                'ExternalWorkOrderStatus'
            ),
            reject_too_long('work_order_number', 'SalesOrderNumber', 'finops__sales_order_headers'),
        ]) }} as rejections,
        work_order_id,
        data_area_id,
        work_order_number,
        system_status_code,
        is_maintained_externally,
        ordering_customer_number,
        invoice_customer_number,
        project_number,
        address_line1,
        address_line2,
        city,
        state,
        zip_code,
        country_code,
        currency_code,
        external_work_order_status

    from looked_up

)

select * from checked
