-- Grain: one row per sales order detail that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'salesorderdetail'),
            'salesorderdetailid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        salesorderdetailid as sales_order_detail_id,
        _salesorderid_value as sales_order_id,
        _msdyn_project_value as project_id,
        _productid_value as product_id,
        _uomid_value as unit_id,

        ---------- strings
        productdescription as product_description,

        ---------- option sets
        msdyn_billingmethod as billing_method_code,
        producttypecode as product_type_code,
        msdyn_linetype as line_type_code,

        ---------- numerics
        sequencenumber as sequence_number,
        quantity,
        priceperunit as unit_price,
        manualdiscountamount as discount_amount,

        ---------- booleans
        msdynce_ismaintainedexternally as is_maintained_externally,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
