-- Grain: one row per product that exists in the source.
with

source as (

    select * from {{ newest_version(source('dataverse', 'product'), 'productid') }} as newest
    where not _is_deleted

),

-- for an organisation that lacks the flag: a line per product, or one line `*` for all of them
fallbacks as (

    select
        source_id,
        value
    from {{ ref('column_fallbacks') }}
    where table_name = 'product' and column_name = 'msdynce_ismaintainedexternally'

),

renamed as (

    select
        ---------- ids
        source.productid as product_id,
        source.productnumber as product_number,
        source._msdynce_inventoryunit_value as inventory_unit_id,

        ---------- strings
        source.name as product_name,

        ---------- option sets
        source.statecode as state_code,

        ---------- booleans
        -- the solution reads an empty flag as "not maintained externally"
        coalesce(
            case
                when {{ column_is_missing('product', 'msdynce_ismaintainedexternally') }}
                    then cast(coalesce(of_product.value, of_all.value) as boolean)
                else source.msdynce_ismaintainedexternally
            end,
            false
        ) as is_maintained_externally,
        -- empty on products that are older than the solution
        source.msdynce_ismaintainedexternally as external_flag,

        ---------- dates and timestamps
        source.modifiedon as modified_at

    from source

    left join fallbacks as of_product
        on source.productid = of_product.source_id

    left join fallbacks as of_all
        on of_all.source_id = '*'

)

select * from renamed
