-- Grain: one row per company and product of Finance, sent to Dataverse, filtered or rejected.
with

products as (

    select * from {{ ref('int_products_resolved') }}

),

checked as (

    select
        'SellableReleasedProducts' as _source_table,
        released_product_row_id as _source_id,
        case
            when not is_company_known then 'company_not_in_seed'
            when company_rank > 1 then 'same_product_of_another_company'
        end as filter_reason,
        {{ list_of([
            reject(
                is_blank('product_name'), 'missing_required', 'name', 'null',
                "'name is empty: give the product a name in Finance.'"
            ),
            reject(
                'namesakes > 1', 'duplicate_key', 'productnumber', 'product_number',
                "concat('Dataverse has ', cast(namesakes as string), ' products with the number ', "
                ~ "product_number, '. Renumber all but one there.')"
            ),
            reject(
                'namesakes = 1 and is_made_in_dataverse',
                'duplicate_key', 'msdynce_ismaintainedexternally', 'product_number',
                "concat('Dataverse has a product ', product_number, ' that was made there. Renumber one of the two; "
                ~ "or, where they are one product, set Is maintained externally to Yes in Dataverse.')"
            ),
            reject(
                is_blank('currency_code'), 'missing_required', 'transactioncurrencyid', 'null',
                "concat('transactioncurrencyid is empty: give company ', data_area_id, "
                ~ "' an accounting currency in Finance.')"
            ),
            reject(
                'currency_code is not null and currency_id is null',
                'missing_parent', 'transactioncurrencyid', 'currency_code',
                "concat('Currency ', currency_code, ' is not in Dataverse. Create it there, and a price list in it.')"
            ),
            reject(
                'currency_id is not null and not has_price_list',
                'missing_parent', 'pricelevelid', 'currency_code',
                "concat('Dataverse has no price list in ', currency_code, '. Create one.')"
            ),
            reject(
                'has_price_list and price_list_name is not null and price_list_id is null',
                'missing_parent', 'pricelevelid', 'price_list_name',
                "concat('Dataverse has no price list ', price_list_name, ' in ', currency_code, '. Create it, or "
                ~ "correct the value map product_price_list in seeds/value_map.csv.')"
            ),
            reject(
                'unit_group_id is null', 'missing_parent', 'defaultuomscheduleid', 'null',
                "concat('Dataverse has no unit group ', coalesce(unit_group_name, '(no name)'), '. Create it, or "
                ~ "name another one in seeds/constants.csv.')"
            ),
            reject(
                is_blank('sales_unit_symbol'), 'missing_required', 'defaultuomid', 'null',
                "'defaultuomid is empty: give the product a sales unit in Finance.'"
            ),
            reject(
                'sales_unit_symbol is not null and unit_group_id is not null and sales_unit_id is null',
                'missing_parent', 'defaultuomid', 'sales_unit_symbol',
                "concat('The unit group of products in Dataverse has no unit for ', sales_unit_symbol, '. Create it "
                ~ "there, and where it has another name add a line to the value map unit.')"
            ),
            reject(
                'sent_inventory_unit_symbol is not null and unit_group_id is not null and inventory_unit_id is null',
                'missing_parent', 'msdynce_inventoryunit', 'sent_inventory_unit_symbol',
                "concat('The unit group of products in Dataverse has no unit for ', sent_inventory_unit_symbol, "
                ~ "'. Create it there, and where it has another name add a line to the value map unit.')"
            ),
            reject_unmapped('product_type', 'product_type', 'product_type_code', 'producttypecode'),
            reject_unmapped(
                'field_service_product_type', 'sent_field_service_product_type',
                'field_service_product_type_code', 'msdyn_fieldserviceproducttype'
            ),
            reject_too_long('product_number', 'productnumber', 'dataverse__products'),
            reject_too_long('product_name', 'name', 'dataverse__products'),
            reject_too_long('product_description', 'description', 'dataverse__products'),
        ]) }} as rejections,
        product_id,
        is_in_dataverse,
        product_number,
        compared_number,
        product_name,
        product_description,
        currency_id,
        sales_unit_id,
        unit_group_id,
        sales_price,
        unit_cost,
        sales_unit_decimal_precision,
        case lower(is_stocked) when 'yes' then true when 'no' then false end as is_stocked,
        cast(product_type_code as integer) as product_type_code,
        cast(field_service_product_type_code as integer) as field_service_product_type_code,
        inventory_unit_id,
        price_list_id

    from products

)

select * from checked
