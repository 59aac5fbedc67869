-- Target: msdyn_purchaseorder. One row per purchase order that Finance made or has confirmed.
-- Column names are the target's own; nothing renames them after this.
with

purchase_orders as (

    select * from {{ ref('int_purchase_orders_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        purchase_order_id as msdyn_purchaseorderid,
        purchase_order_number as msdyn_name,
        vendor_id as msdyn_vendor,
        invoice_vendor_id as msdyn_invoicevendoraccount,
        warehouse_id as msdyn_receivetowarehouse,
        currency_id as transactioncurrencyid,
        address_name as msdyn_addressname,
        address_street as msdyn_address1,
        address_street_number as msdyn_address2,
        address_city as msdyn_city,
        address_state as msdyn_stateorprovince,
        address_zip_code as msdyn_postalcode,
        address_country_code as msdyn_country,
        expected_at as msdyn_dateexpected,

        -- never sent
        is_in_dataverse as _exists_in_target,
        parent_warehouse_id as _parent_warehouse,
        _source_table,
        _source_id

    from purchase_orders

)

select * from final
