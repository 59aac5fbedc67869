-- Target: Integration entity for project contract. One row per work based order.
-- Column names are the target's own; nothing renames them after this.
with

contracts as (

    select * from {{ ref('int_project_contracts_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        sales_order_number as ProjectContractID,
        customer_number as CustomerAccount,
        sales_order_name as Name,
        currency_code as CurrencyCode,
        cast(
            case
                when '{{ var("contract_exchange_rate") }}' = 'pass' then exchange_rate
            end as decimal(28, 10)
        ) as ExchangeRate,
        payment_terms as PaymentTerms,
        cast(null as string) as CustomerReference,
        {{ constant('finops__project_contracts', 'SourceDataID') }} as SourceDataID,
        {{ if_addresses('bill_to_name') }} as AddressDescription,
        {{ if_addresses('bill_to_line1') }} as AddressLine1,
        {{ if_addresses('bill_to_line2') }} as AddressLine2,
        {{ if_addresses('bill_to_city') }} as AddressCity,
        {{ if_addresses('bill_to_state') }} as AddressState,
        {{ if_addresses('bill_to_zip_code') }} as AddressZipCode,
        {{ if_addresses('bill_to_country') }} as AddressCountryRegionId,

        -- never sent
        parent_account_number as _parent_customer,
        parent_contact_number as _parent_contact,
        _source_table,
        _source_id

    from contracts

)

select * from final
