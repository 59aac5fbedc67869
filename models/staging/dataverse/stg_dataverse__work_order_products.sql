-- Grain: one row per work order product that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_workorderproduct'),
            'msdyn_workorderproductid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_workorderproductid as work_order_product_id,
        _msdyn_workorder_value as work_order_id,
        _msdyn_product_value as product_id,
        _msdyn_unit_value as unit_id,
        _msdyn_warehouse_value as warehouse_id,

        ---------- option sets
        msdyn_linestatus as line_status_code,
        msdynce_headersystemstatus as header_system_status_code,
        statecode as state_code,

        ---------- numerics
        msdyn_lineorder as line_order,
        msdyn_estimatequantity as estimated_quantity,
        msdyn_estimateunitamount as estimated_unit_amount,
        msdyn_estimatediscountamount as estimated_discount_amount,
        msdyn_quantity as used_quantity,
        msdyn_totalamount as total_amount,
        msdyn_discountamount as discount_amount,
        msdynce_decimalquantity as decimal_quantity,
        msdynce_invoicedunitamount as invoiced_unit_amount,
        msdynce_invoiceddiscountamount as invoiced_discount_amount,

        ---------- booleans
        msdyn_allocated as is_allocated,
        msdynce_orderhasexternalmaintainedproductsonly as order_has_externally_maintained_products_only,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
