-- Grain: one row per sales order that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'salesorder'), 'salesorderid') }} as newest
    where not _is_deleted

),

-- for an organisation that lacks the column
fallbacks as (

    select
        source_id,
        value
    from {{ ref('column_fallbacks') }}
    where
        table_name = 'salesorder'
        and column_name = 'ordernumber'
        and {{ column_is_missing('salesorder', 'ordernumber') }}

),

renamed as (

    select
        ---------- ids
        source.salesorderid as sales_order_id,
        coalesce(source.ordernumber, fallbacks.value) as sales_order_number,
        source._customerid_value as customer_id,
        source._transactioncurrencyid_value as currency_id,
        source._msdyn_contractorganizationalunitid_value as contracting_unit_id,

        ---------- strings
        source.name as sales_order_name,
        source.billto_name as bill_to_name,
        source.billto_line1 as bill_to_line1,
        source.billto_line2 as bill_to_line2,
        source.billto_city as bill_to_city,
        source.billto_stateorprovince as bill_to_state,
        source.billto_postalcode as bill_to_zip_code,
        source.billto_country as bill_to_country,

        ---------- option sets
        source.msdyn_ordertype as order_type_code,
        source.paymenttermscode as payment_terms_code,
        source.msdyn_psastate as contract_state_code,
        source.msdyn_psastatusreason as contract_status_code,
        source.statecode as state_code,

        ---------- numerics
        source.exchangerate as exchange_rate,

        ---------- dates and timestamps
        source.modifiedon as modified_at

    from source

    left join fallbacks
        on source.salesorderid = fallbacks.source_id

)

select * from renamed
