-- Grain: one row per work order service that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdyn_workorderservice'),
            'msdyn_workorderserviceid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdyn_workorderserviceid as work_order_service_id,
        _msdyn_workorder_value as work_order_id,
        _msdyn_service_value as service_id,
        _msdyn_unit_value as unit_id,

        ---------- option sets
        msdyn_linestatus as line_status_code,
        msdynce_headersystemstatus as header_system_status_code,
        statecode as state_code,

        ---------- numerics
        msdyn_lineorder as line_order,
        msdynce_externallineorder as external_line_order,
        msdyn_estimateduration as estimated_duration_minutes,
        msdynce_estimateddurationinhours as estimated_duration_hours,
        msdyn_estimateunitamount as estimated_unit_amount,
        msdyn_estimatediscountamount as estimated_discount_amount,
        msdyn_duration as used_duration_minutes,
        msdynce_durationinhours as used_duration_hours,
        msdyn_totalamount as total_amount,
        msdyn_discountamount as discount_amount,
        msdynce_invoicedunitamount as invoiced_unit_amount,
        msdynce_invoiceddiscountamount as invoiced_discount_amount,

        ---------- booleans
        msdynce_orderhasexternalmaintainedproductsonly as order_has_externally_maintained_products_only,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
