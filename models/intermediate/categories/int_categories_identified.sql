-- Grain: one row per company and category of Finance, with the id that the category has in Dataverse or is
-- about to get. Names are compared as Finance compares them.
with

categories as (

    select
        category_row_id,
        data_area_id,
        category_name,
        transaction_category_id as linked_id,
        {{ comparable('category_name') }} as compared_name
    from {{ ref('stg_finops__categories') }}

),

dataverse_categories as (

    select
        transaction_category_id,
        billing_type_code,
        {{ comparable('category_name') }} as compared_name
    from {{ ref('stg_dataverse__transaction_categories') }}

),

-- one category is one row in Dataverse, whatever companies have it
names as (

    select
        compared_name,
        count(distinct linked_id) as linked_ids,
        min(linked_id) as linked_id
    from categories
    group by compared_name

),

names_in_dataverse as (

    select
        compared_name,
        count(*) as namesakes,
        min(transaction_category_id) as transaction_category_id
    from dataverse_categories
    group by compared_name

),

identified as (

    select
        names.compared_name,
        names.linked_ids,
        names.linked_id,
        coalesce(names_in_dataverse.namesakes, 0) as namesakes,
        coalesce(
            names.linked_id,
            names_in_dataverse.transaction_category_id,
            {{ guid_of("concat('msdyn_transactioncategory/', names.compared_name)") }}
        ) as transaction_category_id

    from names

    left join names_in_dataverse
        on names.compared_name = names_in_dataverse.compared_name

),

counted as (

    select
        *,
        count(*) over (partition by transaction_category_id) as names_of_id
    from identified

),

final as (

    select
        categories.category_row_id,
        categories.data_area_id,
        categories.category_name,
        categories.compared_name,
        counted.linked_ids,
        counted.linked_id,
        counted.namesakes,
        counted.transaction_category_id,
        counted.names_of_id,
        dataverse_categories.transaction_category_id is not null as is_in_dataverse,
        coalesce(dataverse_categories.compared_name = categories.compared_name, false)
            as is_namesake,
        dataverse_categories.billing_type_code,
        row_number() over (
            partition by categories.compared_name
            order by categories.data_area_id, categories.category_row_id
        ) = 1 as is_of_first_company

    from categories

    inner join counted
        on categories.compared_name = counted.compared_name

    left join dataverse_categories
        on counted.transaction_category_id = dataverse_categories.transaction_category_id

)

select * from final
