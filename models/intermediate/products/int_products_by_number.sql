-- Grain: one row per product number, as Finance compares numbers, with the product of Dataverse it means: the
-- one that is there, else the one that is about to be made. A number of two products there means neither, and
-- one that was made there is none of Finance.
with

products as (

    select
        {{ comparable('product_number') }} as compared_number,
        min(product_id) as product_id
    from {{ ref('stg_dataverse__products') }}
    group by {{ comparable('product_number') }}
    having count(*) = 1 and max(case when not external_flag then 1 else 0 end) = 0

),

-- those that the template products is about to make
new_products as (

    select
        compared_number,
        product_id
    from {{ ref('int_products_checked') }}
    where {{ is_sent() }} and not is_in_dataverse

),

united as (

    select
        compared_number,
        product_id,
        cast(null as string) as parent_product_id
    from products

    union all

    select
        compared_number,
        product_id,
        product_id as parent_product_id
    from new_products

)

select * from united
where compared_number is not null
