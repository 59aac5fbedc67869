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

flagged as (

    select
        source.*,
        case
            when {{ column_is_missing('product', 'msdynce_ismaintainedexternally') }}
                then cast(coalesce(of_product.value, of_all.value) as boolean)
            else source.msdynce_ismaintainedexternally
        end as external_flag

    from source

    left join fallbacks as of_product
        on source.productid = of_product.source_id

    left join fallbacks as of_all
        on of_all.source_id = '*'

),

renamed as (

    select
        ---------- ids
        productid as product_id,
        productnumber as product_number,
        _msdynce_inventoryunit_value as inventory_unit_id,

        ---------- strings
        name as product_name,

        ---------- option sets
        statecode as state_code,

        ---------- booleans
        -- empty on products that are older than the solution, which reads that as "no"
        external_flag,
        coalesce(external_flag, false) as is_maintained_externally,

        ---------- dates and timestamps
        modifiedon as modified_at

    from flagged

)

select * from renamed
