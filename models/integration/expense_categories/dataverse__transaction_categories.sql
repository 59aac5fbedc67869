-- Target: msdyn_transactioncategory. One row per category of Finance, whatever companies have it.
-- Column names are the target's own; nothing renames them after this.
with

categories as (

    select * from {{ ref('int_transaction_categories_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        transaction_category_id as msdyn_transactioncategoryid,
        category_name as msdyn_name,
        coalesce(
            billing_type_code,
            cast({{ constant('dataverse__transaction_categories', 'msdyn_billingtype') }} as integer)
        ) as msdyn_billingtype,

        -- never sent
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from categories

)

select * from final
