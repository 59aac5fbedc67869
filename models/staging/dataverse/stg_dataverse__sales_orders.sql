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

-- the same for its status: a line per order, or one line `*` for all of them
status_fallbacks as (

    select
        source_id,
        value
    from {{ ref('column_fallbacks') }}
    where
        table_name = 'salesorder'
        and column_name = 'msdynce_processingstatus'
        and {{ column_is_missing('salesorder', 'msdynce_processingstatus') }}

),

renamed as (

    select
        ---------- ids
        source.salesorderid as sales_order_id,
        coalesce(source.ordernumber, fallbacks.value) as sales_order_number,
        source._customerid_value as customer_id,
        source._transactioncurrencyid_value as currency_id,
        source._msdyn_contractorganizationalunitid_value as contracting_unit_id,
        source._owningbusinessunit_value as business_unit_id,

        ---------- strings
        source.name as sales_order_name,
        source.billto_name as bill_to_name,
        source.billto_line1 as bill_to_line1,
        source.billto_line2 as bill_to_line2,
        source.billto_city as bill_to_city,
        source.billto_stateorprovince as bill_to_state,
        source.billto_postalcode as bill_to_zip_code,
        source.billto_country as bill_to_country,
        source.shipto_line1 as ship_to_line1,
        source.shipto_line2 as ship_to_line2,
        source.shipto_city as ship_to_city,
        source.shipto_stateorprovince as ship_to_state,
        source.shipto_postalcode as ship_to_zip_code,
        source.shipto_country as ship_to_country,

        ---------- option sets
        source.msdyn_ordertype as order_type_code,
        source.paymenttermscode as payment_terms_code,
        source.msdyn_psastate as contract_state_code,
        source.msdyn_psastatusreason as contract_status_code,
        coalesce(
            source.msdynce_processingstatus,
            cast(coalesce(status_of_order.value, status_of_all.value) as integer)
        ) as processing_status_code,
        source.statecode as state_code,

        ---------- numerics
        source.exchangerate as exchange_rate,
        source.totalamount as total_amount,

        ---------- booleans
        source.msdynce_ismaintainedexternally as is_maintained_externally,
        source.msdynce_hasexternallymaintainedproductsonly
            as has_externally_maintained_products_only,

        ---------- dates and timestamps
        source.modifiedon as modified_at

    from source

    left join fallbacks
        on source.salesorderid = fallbacks.source_id

    left join status_fallbacks as status_of_order
        on source.salesorderid = status_of_order.source_id

    left join status_fallbacks as status_of_all
        on status_of_all.source_id = '*'

)

select * from renamed
