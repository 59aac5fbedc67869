-- Target: Integration entity for categories. One row per company and category that Dataverse has or gets.
-- Column names are the target's own; nothing renames them after this.
with

categories as (

    select * from {{ ref('int_categories_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        category_name as CategoryId,
        transaction_category_id as IntegrationId,

        -- never sent
        parent_category_id as _parent_category,
        _source_table,
        _source_id

    from categories

)

select * from final
