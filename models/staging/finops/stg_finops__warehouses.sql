-- Grain: one row per company and warehouse that exists in Finance.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'Warehouses'),
            'dataAreaId, WarehouseId'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'WarehouseId']) }} as warehouse_row_id,
        lower(dataAreaId) as data_area_id,
        WarehouseId as warehouse_id,
        nullif(OperationalSiteId, '') as site_id,

        ---------- strings
        nullif(WarehouseName, '') as warehouse_name

    from source

)

select * from renamed
