-- Grain: one row per quote, sent, filtered or rejected.
with

quotes as (

    select
        *,
        {{ copies_of_key(['data_area_id', 'quote_number']) }} as copies
    from {{ ref('int_quotes_scoped') }}

),

customers_sent as (

    select * from {{ ref('int_customers_sent') }}

),

currencies as (

    select * from {{ ref('stg_dataverse__transaction_currencies') }}

),

looked_up as (

    select
        quotes.*,
        case when quotes.customer_table = 'account' then quotes.customer_number end
            as parent_account_number,
        case when quotes.customer_table = 'contact' then quotes.customer_number end
            as parent_contact_number,
        customers_sent.customer_id is not null as is_customer_sent,
        currencies.currency_code,
        {{ mapped_value('country', 'quotes.ship_to_country') }} as country_code

    from quotes

    left join customers_sent
        on
            quotes.customer_id = customers_sent.customer_id
            and quotes.data_area_id = customers_sent.data_area_id

    left join currencies
        on quotes.currency_id = currencies.currency_id

    {{ join_value_map('country', 'quotes.ship_to_country') }}

),

checked as (

    select
        'quote' as _source_table,
        quote_id as _source_id,
        filter_reason,
        {{ list_of([
            reject_missing_key('quote_number', 'SalesQuotationNumber', 'give the quote a number'),
            reject_duplicate('copies', 'SalesQuotationNumber', 'quote_number'),
        ] + rules_of_a_sales_document('RequestingCustomerAccountNumber', 'quote') + [
            reject_unmapped(
                'country', 'ship_to_country', 'country_code', 'DeliveryAddressCountryRegionISOCode'
            ),
            reject_too_long(
                'quote_number', 'SalesQuotationNumber', 'finops__sales_quotation_headers'
            ),
        ]) }} as rejections,
        quote_id,
        data_area_id,
        quote_number,
        quote_name,
        customer_number,
        parent_account_number,
        parent_contact_number,
        total_amount,
        currency_code,
        ship_to_line1,
        ship_to_city,
        ship_to_state,
        bill_to_line2,
        bill_to_zip_code,
        country_code

    from looked_up

)

select * from checked
