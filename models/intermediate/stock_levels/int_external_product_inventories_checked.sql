-- Grain: one row per company, product, site and warehouse of Finance, sent to Dataverse, filtered or
-- rejected.
with

stock as (

    select * from {{ ref('int_stock_summed') }}

),

products as (

    select * from {{ ref('int_products_by_number') }}

),

-- what each company counts a product in, and the company whose row stands for all in Dataverse
released_units as (

    select
        data_area_id,
        compared_number,
        inventory_unit_symbol,
        first_value(data_area_id) over (partition by compared_number order by company_rank) as giving_company,
        first_value(inventory_unit_symbol) over (partition by compared_number order by company_rank)
            as given_unit_symbol
    from {{ ref('int_products_resolved') }}

),

sent_warehouses as (

    select
        compared_name,
        warehouse_id,
        is_in_dataverse
    from {{ ref('int_warehouses_checked') }}
    where {{ is_sent() }}

),

-- a name that stands on two rows says nothing
dataverse_warehouses as (

    select
        lower(trim(warehouse_name)) as compared_name,
        min(warehouse_id) as warehouse_id
    from {{ ref('stg_dataverse__warehouses') }}
    group by lower(trim(warehouse_name))
    having count(*) = 1

),

dataverse_levels as (

    select
        {{ comparable('product_number') }} as compared_number,
        lower(trim(warehouse_name)) as compared_warehouse,
        count(*) as copies,
        min(external_product_inventory_id) as external_product_inventory_id
    from {{ ref('stg_dataverse__external_product_inventories') }}
    group by {{ comparable('product_number') }}, lower(trim(warehouse_name))

),

resolved as (

    select
        stock.*,
        case
            when stock.compared_warehouse is not null
                then coalesce(
                    dataverse_levels.external_product_inventory_id,
                    {{ guid_of(
                        "concat('msdynce_externalproductinventory/', stock.compared_number, '/', "
                        ~ "stock.compared_warehouse)"
                    ) }}
                )
        end as external_product_inventory_id,
        dataverse_levels.external_product_inventory_id is not null as is_in_dataverse,
        dataverse_levels.copies,
        products.product_id,
        products.parent_product_id,
        released_units.inventory_unit_symbol,
        released_units.giving_company,
        released_units.given_unit_symbol,
        coalesce(sent_warehouses.warehouse_id, dataverse_warehouses.warehouse_id) as warehouse_id,
        case when not sent_warehouses.is_in_dataverse then sent_warehouses.warehouse_id end
            as parent_warehouse_id

    from stock

    left join products
        on stock.compared_number = products.compared_number

    left join released_units
        on
            stock.data_area_id = released_units.data_area_id
            and stock.compared_number = released_units.compared_number

    left join sent_warehouses
        on stock.compared_warehouse = sent_warehouses.compared_name

    left join dataverse_warehouses
        on stock.compared_warehouse = dataverse_warehouses.compared_name

    left join dataverse_levels
        on
            stock.compared_number = dataverse_levels.compared_number
            and stock.compared_warehouse = dataverse_levels.compared_warehouse

),

checked as (

    select
        'InventWarehouseOnHandCDSEntity' as _source_table,
        on_hand_row_id as _source_id,
        case
            when warehouse_name is null then 'warehouse_not_brought'
            when site_rank > 1 then 'summed_with_another_site'
        end as filter_reason,
        {{ list_of([
            reject(
                'product_id is null', 'missing_parent', 'msdynce_product', 'product_number',
                "concat('Dataverse does not have one product ', product_number, ' that comes from Finance, and the "
                ~ "template products does not make it: release it for sale in Finance, or see why it is rejected "
                ~ "there.')"
            ),
            reject(
                'warehouse_name is not null and warehouse_id is null', 'missing_parent', 'msdynce_warehouse', 'warehouse_name',
                "concat('Dataverse does not have one warehouse ', warehouse_name, ', and the template warehouses "
                ~ "does not make it: correct its line in seeds/warehouses.csv, or see why it is rejected there.')"
            ),
            reject(
                'lower(trim(inventory_unit_symbol)) <> lower(trim(given_unit_symbol))',
                'unmapped_value', 'msdynce_onhandquantity', 'inventory_unit_symbol',
                "concat('Company ', data_area_id, ' stocks product ', product_number, ' in ', "
                ~ "inventory_unit_symbol, ', and Dataverse counts it in ', given_unit_symbol, ', as company ', "
                ~ "giving_company, ' does. Give it one inventory unit in both.')"
            ),
            reject(
                'copies > 1', 'duplicate_key', 'msdynce_productnumber', 'product_number',
                "concat('Dataverse has ', cast(copies as string), ' levels of product ', product_number, "
                ~ "' in warehouse ', warehouse_name, '. Delete all but one.')"
            ),
            reject_too_long(
                'product_number', 'msdynce_productnumber', 'dataverse__external_product_inventories'
            ),
            reject_too_long(
                'warehouse_name', 'msdynce_warehouseid', 'dataverse__external_product_inventories'
            ),
        ]) }} as rejections,
        external_product_inventory_id,
        is_in_dataverse,
        product_number,
        warehouse_name,
        product_id,
        parent_product_id,
        warehouse_id,
        parent_warehouse_id,
        on_hand_quantity,
        on_order_quantity,
        ordered_quantity

    from resolved

)

select * from checked
