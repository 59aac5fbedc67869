-- Grain: one row per order, sent, filtered or rejected.
with

contracts as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'sales_order_number']) }} as copies
    from {{ ref('int_project_contracts_scoped') }}

),

customers as (

    select * from {{ ref('int_customers_resolved') }}

),

customers_sent as (

    select * from {{ ref('int_customers_sent') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        contracts.*,
        customers.customer_number,
        customers.is_active_customer,
        case when customers.customer_table = 'account' then customers.customer_number end
            as parent_account_number,
        case when customers.customer_table = 'contact' then customers.customer_number end
            as parent_contact_number,
        customers_sent.customer_id is not null as is_customer_sent,
        currencies.currency_code,
        {{ mapped_value('payment_terms', 'contracts.payment_terms_code') }} as payment_terms

    from contracts

    left join customers
        on contracts.customer_id = customers.customer_id

    left join customers_sent
        on
            contracts.customer_id = customers_sent.customer_id
            and contracts.data_area_id = customers_sent.data_area_id

    left join currencies
        on contracts.currency_id = currencies.currency_id

    {{ join_value_map('payment_terms', 'contracts.payment_terms_code') }}

),

checked as (

    select
        'salesorder' as _source_table,
        sales_order_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('sales_order_number', 'ProjectContractID', 'give the contract a number'),
            reject_duplicate('copies', 'ProjectContractID', 'sales_order_number'),
            reject_unmapped_company(
                'data_area_id', 'organizational_unit_name', "'no rule names the contracting unit'"
            ),
            reject_missing_customer('customer_id', 'is_customer_sent', 'is_active_customer', 'CustomerAccount'),
            reject_missing('currency_code', 'CurrencyCode', 'set the currency of the contract'),
            reject_unmapped(
                'payment_terms', 'payment_terms_code', 'payment_terms', 'PaymentTerms'
            ),
            reject_too_long('sales_order_number', 'ProjectContractID', 'finops__project_contracts'),
            reject_too_long('sales_order_name', 'Name', 'finops__project_contracts'),
        ]) }} as rejections,
        sales_order_id,
        data_area_id,
        time_zone,
        sales_order_number,
        sales_order_name,
        customer_number,
        parent_account_number,
        parent_contact_number,
        currency_code,
        exchange_rate,
        payment_terms,
        bill_to_name,
        bill_to_line1,
        bill_to_line2,
        bill_to_city,
        bill_to_state,
        bill_to_zip_code,
        bill_to_country

    from looked_up

)

select * from checked
