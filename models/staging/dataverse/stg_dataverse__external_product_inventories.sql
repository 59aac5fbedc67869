-- Grain: one row per stock level that exists in the source.
with

source as (

    select *
    from
        {{ newest_version(
            source('dataverse', 'msdynce_externalproductinventory'),
            'msdynce_externalproductinventoryid'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        msdynce_externalproductinventoryid as external_product_inventory_id,
        msdynce_productnumber as product_number,
        msdynce_warehouseid as warehouse_name,

        ---------- dates and timestamps
        modifiedon as modified_at

    from source

)

select * from renamed
