-- Grain: one row per company and category of Finance, sent to Dataverse, filtered or rejected.
with

categories as (

    select * from {{ ref('int_categories_identified') }}

),

checked as (

    select
        'ProjCDSCategoryEntity' as _source_table,
        category_row_id as _source_id,
        -- Dataverse has one list for all companies
        case
            when not is_of_first_company then 'same_category_of_another_company'
        end as filter_reason,
        {{ list_of([
            reject(
                'linked_ids > 1', 'duplicate_key', 'IntegrationId', 'category_name',
                "concat('Category ', category_name, ' has ', cast(linked_ids as string), ' integration ids in "
                ~ "Finance. Clear all but one.')"
            ),
            reject(
                'linked_id is not null and namesakes > 0 and not is_namesake',
                'duplicate_key', 'IntegrationId', 'linked_id',
                "concat('Finance knows ', category_name, ' as ', linked_id, ', Dataverse has another category of "
                ~ "that name. The way to Finance links the one of Dataverse.')"
            ),
            reject(
                'linked_id is null and namesakes > 1', 'duplicate_key', 'msdyn_name', 'category_name',
                "concat('Dataverse has ', cast(namesakes as string), ' categories called ', category_name, "
                ~ "'. Rename all but one.')"
            ),
            reject(
                'names_of_id > 1', 'duplicate_key', 'msdyn_transactioncategoryid',
                'transaction_category_id',
                "concat('Integration id ', transaction_category_id, ' stands on ', cast(names_of_id as string), "
                ~ "' categories in Finance. Clear all but one.')"
            ),
            reject_too_long('category_name', 'msdyn_name', 'dataverse__transaction_categories'),
        ]) }} as rejections,
        transaction_category_id,
        category_name,
        compared_name,
        billing_type_code,
        is_in_dataverse

    from categories

)

select * from checked
