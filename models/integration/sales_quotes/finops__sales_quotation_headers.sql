-- Target: CDS sales quotation header. One row per activated quote.
-- Column names are the target's own; nothing renames them after this.
with

quotes as (

    select * from {{ ref('int_sales_quotation_headers_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        quote_number as SalesQuotationNumber,
        customer_number as RequestingCustomerAccountNumber,
        quote_name as SalesQuotationName,
        cast(total_amount as decimal(32, 6)) as QuotationTotalAmount,
        currency_code as CurrencyCode,
        {{ constant('finops__sales_quotation_headers', 'DeliveryAddressName') }}
            as DeliveryAddressName,
        {{ constant('finops__sales_quotation_headers', 'DeliveryAddressDescription') }}
            as DeliveryAddressDescription,
        {{ constant('finops__sales_quotation_headers', 'IsDeliveryAddressOrderSpecific') }}
            as IsDeliveryAddressOrderSpecific,
        ship_to_line1 as DeliveryAddressStreet,
        -- two parts of the bill-to address in the delivery address, as in the original
        bill_to_line2 as DeliveryAddressStreetNumber,
        ship_to_city as DeliveryAddressCity,
        bill_to_zip_code as DeliveryAddressZipCode,
        ship_to_state as DeliveryAddressStateId,
        country_code as DeliveryAddressCountryRegionISOCode,

        -- never sent
        parent_account_number as _parent_customer,
        parent_contact_number as _parent_contact,
        _source_table,
        _source_id

    from quotes

)

select * from final
