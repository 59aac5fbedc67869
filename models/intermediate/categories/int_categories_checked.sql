-- Grain: one row per category of Dataverse and company that has it (one where none has it), and one per
-- category of Finance, which is sent where Dataverse is about to get it.
with

categories as (

    select * from {{ ref('int_categories_identified') }}

),

dataverse_categories as (

    select
        *,
        {{ comparable('category_name') }} as compared_name
    from {{ ref('stg_dataverse__transaction_categories') }}

),

sent_to_dataverse as (

    select compared_name
    from {{ ref('int_transaction_categories_checked') }}
    where {{ is_sent() }}

),

-- by name; a category that was renamed in one of the two ends still has its id
known_in_dataverse as (

    select
        dataverse_categories.transaction_category_id,
        dataverse_categories.category_name as dataverse_name,
        categories.category_row_id,
        categories.data_area_id,
        categories.category_name,
        categories.namesakes

    from dataverse_categories

    left join categories
        on
            dataverse_categories.compared_name = categories.compared_name
            or (
                categories.namesakes = 0
                and dataverse_categories.transaction_category_id
                = categories.transaction_category_id
            )

),

new_in_dataverse as (

    select
        categories.*,
        sent_to_dataverse.compared_name is not null as is_sent_to_dataverse

    from categories

    left join sent_to_dataverse
        on categories.compared_name = sent_to_dataverse.compared_name

),

united as (

    select
        'msdyn_transactioncategory' as _source_table,
        transaction_category_id as _source_id,
        cast(null as {{ dbt.type_string() }}) as filter_reason,
        {{ list_of([
            reject(
                'category_row_id is null', 'missing_parent', 'CategoryId', 'dataverse_name',
                "concat('No company has a category ', coalesce(dataverse_name, '(no name)'), '. Create a shared category enabled for "
                ~ "Project and Expense, and in each company a project category with Use in Expense, Active in "
                ~ "journal and transaction type Expense.')"
            ),
            reject(
                'namesakes > 1', 'duplicate_key', 'CategoryId', 'dataverse_name',
                "concat('Dataverse has ', cast(namesakes as string), ' categories called ', dataverse_name, "
                ~ "'. Rename all but one.')"
            ),
        ]) }} as rejections,
        data_area_id,
        category_name,
        transaction_category_id,
        cast(null as {{ dbt.type_string() }}) as parent_category_id

    from known_in_dataverse

    union all

    select
        'ProjCDSCategoryEntity' as _source_table,
        category_row_id as _source_id,
        -- the row of Dataverse is the source as soon as there is one
        case
            when namesakes > 0 or is_in_dataverse then 'already_in_dataverse'
        end as filter_reason,
        {{ list_of([
            reject(
                'not is_sent_to_dataverse', 'missing_parent', 'IntegrationId', 'category_name',
                "concat('Category ', category_name, ' is rejected on its way to Dataverse.')"
            ),
        ]) }} as rejections,
        data_area_id,
        category_name,
        transaction_category_id,
        transaction_category_id as parent_category_id

    from new_in_dataverse

)

select * from united
