-- Grain: one row per company and category that exists in Finance.
with

source as (

    select *
    from
        {{ newest_version(
            source('finops', 'ProjCDSCategoryEntity'),
            'dataAreaId, CategoryId'
        ) }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'CategoryId']) }} as category_row_id,
        lower(dataAreaId) as data_area_id,
        CategoryId as category_name,
        {{ set_guid('IntegrationId') }} as transaction_category_id

    from source

)

select * from renamed
