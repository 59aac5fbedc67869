-- Grain: one row per company and product of Finance, with what Dataverse calls the rows it refers to.
with

products as (

    select
        released.*,
        {{ comparable('released.product_number') }} as compared_number,
        companies.data_area_id is not null as is_company_known,
        -- an organisation that lacks the column does not take it either
        case
            when
                {{ var('inventory_unit') | lower }}
                and not {{ column_is_missing('product', '_msdynce_inventoryunit_value') }}
                then released.inventory_unit_symbol
        end as sent_inventory_unit_symbol,
        case when {{ var('field_service_products') | lower }} then released.field_service_product_type end
            as sent_field_service_product_type

    from {{ ref('stg_finops__released_products') }} as released

    left join {{ ref('companies') }} as companies
        on released.data_area_id = companies.data_area_id

),

-- Dataverse has one list for all companies: the configured company goes before the others
mapped as (

    select
        products.*,
        row_number() over (
            partition by products.compared_number
            order by
                case when products.is_company_known then 0 else 1 end,
                case when products.data_area_id = {{ default_company() }} then 0 else 1 end,
                products.data_area_id,
                products.released_product_row_id
        ) as company_rank,
        {{ mapped_value('product_type', 'products.product_type') }} as product_type_code,
        {{ mapped_value('field_service_product_type', 'products.sent_field_service_product_type') }}
            as field_service_product_type_code,
        {{ mapped_value('product_price_list', 'products.currency_code') }} as price_list_name

    from products

    {{ join_value_map('product_type', 'products.product_type') }}

    {{ join_value_map('field_service_product_type', 'products.sent_field_service_product_type') }}

    {{ join_value_map('product_price_list', 'products.currency_code') }}

),

dataverse_products as (

    select
        {{ comparable('product_number') }} as compared_number,
        count(*) as namesakes,
        min(product_id) as product_id,
        max(case when not external_flag then 1 else 0 end) = 1 as is_made_in_dataverse
    from {{ ref('stg_dataverse__products') }}
    group by {{ comparable('product_number') }}

),

currencies as (

    select * from {{ ref('int_currencies_by_code') }}

),

currencies_with_a_price_list as (

    select distinct currency_id
    from {{ ref('stg_dataverse__price_lists') }}

),

price_lists as (

    select
        currency_id,
        lower(trim(price_list_name)) as compared_name,
        min(price_list_id) as price_list_id
    from {{ ref('stg_dataverse__price_lists') }}
    group by currency_id, lower(trim(price_list_name))

),

units as (

    select * from {{ ref('int_units_by_symbol') }}

),

default_unit_group as (

    select min(unit_group_id) as unit_group_id
    from {{ ref('stg_dataverse__unit_groups') }}
    where
        lower(trim(unit_group_name))
        = lower(trim({{ constant('dataverse__products', 'defaultuomscheduleid') }}))

),

resolved as (

    select
        mapped.*,
        dataverse_products.product_id is not null as is_in_dataverse,
        coalesce(
            dataverse_products.product_id,
            {{ guid_of("concat('product/', mapped.compared_number)") }}
        ) as product_id,
        coalesce(dataverse_products.namesakes, 0) as namesakes,
        coalesce(dataverse_products.is_made_in_dataverse, false) as is_made_in_dataverse,
        currencies.currency_id,
        currencies_with_a_price_list.currency_id is not null as has_price_list,
        price_lists.price_list_id,
        coalesce(sales_units.unit_group_id, default_unit_group.unit_group_id) as unit_group_id,
        {{ constant('dataverse__products', 'defaultuomscheduleid') }} as unit_group_name,
        sales_units.unit_id as sales_unit_id,
        inventory_units.unit_id as inventory_unit_id

    from mapped

    cross join default_unit_group

    left join dataverse_products
        on mapped.compared_number = dataverse_products.compared_number

    left join currencies
        on {{ comparable('mapped.currency_code') }} = currencies.compared_code

    left join currencies_with_a_price_list
        on currencies.currency_id = currencies_with_a_price_list.currency_id

    left join price_lists
        on
            currencies.currency_id = price_lists.currency_id
            and lower(trim(mapped.price_list_name)) = price_lists.compared_name

    left join units as sales_units
        on lower(trim(mapped.sales_unit_symbol)) = sales_units.compared_symbol

    left join units as inventory_units
        on lower(trim(mapped.sent_inventory_unit_symbol)) = inventory_units.compared_symbol

)

select * from resolved
