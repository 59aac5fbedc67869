-- Grain: one row per company and warehouse of Finance, sent to Dataverse, filtered or rejected.
with

-- whether the seed names companies that there are is tested with it
-- depends_on: {{ ref('companies') }}
brought as (

    select * from {{ ref('warehouses') }}
    where is_brought

),

dataverse_warehouses as (

    select
        lower(trim(warehouse_name)) as compared_name,
        count(*) as namesakes,
        min(warehouse_id) as warehouse_id
    from {{ ref('stg_dataverse__warehouses') }}
    group by lower(trim(warehouse_name))

),

named as (

    select
        warehouses.warehouse_row_id,
        warehouses.warehouse_name as warehouse_description,
        brought.warehouse_name,
        lower(trim(brought.warehouse_name)) as compared_name

    from {{ ref('stg_finops__warehouses') }} as warehouses

    left join brought
        on
            warehouses.data_area_id = lower(brought.data_area_id)
            and {{ comparable('warehouses.warehouse_id') }} = {{ comparable('brought.warehouse_id') }}

),

checked as (

    select
        'Warehouses' as _source_table,
        named.warehouse_row_id as _source_id,
        case
            when named.warehouse_name is null then 'not_in_seed'
        end as filter_reason,
        {{ list_of([
            reject(
                'dataverse_warehouses.namesakes > 1', 'duplicate_key', 'msdyn_name', 'named.warehouse_name',
                "concat('Dataverse has ', cast(dataverse_warehouses.namesakes as string), ' warehouses called ', "
                ~ "named.warehouse_name, '. Rename all but one.')"
            ),
            reject_too_long('warehouse_name', 'msdyn_name', 'dataverse__warehouses'),
        ]) }} as rejections,
        case
            when named.compared_name is not null
                then coalesce(
                    dataverse_warehouses.warehouse_id,
                    {{ guid_of("concat('msdyn_warehouse/', named.compared_name)") }}
                )
        end as warehouse_id,
        dataverse_warehouses.warehouse_id is not null as is_in_dataverse,
        named.warehouse_name,
        named.compared_name,
        named.warehouse_description

    from named

    left join dataverse_warehouses
        on named.compared_name = dataverse_warehouses.compared_name

)

select * from checked
