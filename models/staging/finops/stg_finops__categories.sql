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

-- Finance compares names without case, so another spelling is the same category
spelled as (

    select
        *,
        row_number() over (
            partition by lower(dataAreaId), {{ comparable('CategoryId') }}
            order by _extracted_at desc, _extract_id desc, _extract_row desc
        ) as spelling_rank
    from source

),

renamed as (

    select
        ---------- ids
        {{ source_row_id(['dataAreaId', 'CategoryId']) }} as category_row_id,
        lower(dataAreaId) as data_area_id,
        CategoryId as category_name,
        {{ set_guid('IntegrationId') }} as transaction_category_id

    from spelled
    where spelling_rank = 1

)

select * from renamed
