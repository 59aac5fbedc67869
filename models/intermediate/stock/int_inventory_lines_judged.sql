-- Grain: one row per line of an adjustment or transfer, judged by its own rules; its document comes after.
with

lines as (

    select
        *,
        -- 18 digits fit the type
        case
            when
                translate(trim(number_sequence), '0123456789', '') = ''
                and length(trim(number_sequence)) between 1 and 18
                then cast(trim(number_sequence) as bigint)
        end as line_number
    from {{ ref('int_inventory_lines_joined_to_documents') }}

),

released_products as (

    select * from {{ ref('stg_finops__released_products') }}

),

looked_up as (

    select
        lines.*,
        products.product_number,
        not products.external_flag as is_made_in_dataverse,
        coalesce(products.external_flag, true)
        and released_products.released_product_row_id is null as is_unreleased,
        units.unit_name,
        products.inventory_unit_id,
        {{ comparable(mapped_value('unit', 'units.unit_name')) }} as unit_symbol,
        {{ comparable(mapped_value('unit', 'inventory_units.unit_name', 'inventory_unit_map')) }}
            as inventory_unit_symbol,
        nullif(trim(released_products.inventory_unit_symbol), '') as released_unit_symbol,
        -- drafts count: they will be posted
        case
            when lines.line_number is null then 1
            else count(*) over (partition by lines.line_number)
        end as copies,
        min(case when lines.filter_reason is null then lines.document_id end) over (
            partition by lines.data_area_id, {{ comparable('lines.journal_number') }}
        ) as first_document_id,
        max(case when lines.filter_reason is null then lines.document_id end) over (
            partition by lines.data_area_id, {{ comparable('lines.journal_number') }}
        ) as last_document_id

    from lines

    left join {{ ref('stg_dataverse__products') }} as products
        on lines.product_id = products.product_id

    left join released_products
        on
            lines.data_area_id = released_products.data_area_id
            and {{ comparable('products.product_number') }}
            = {{ comparable('released_products.product_number') }}

    left join {{ ref('stg_dataverse__units') }} as units
        on lines.unit_id = units.unit_id

    {{ join_value_map('unit', 'units.unit_name') }}

    left join {{ ref('stg_dataverse__units') }} as inventory_units
        on products.inventory_unit_id = inventory_units.unit_id

    {{ join_value_map('unit', 'inventory_units.unit_name', 'inventory_unit_map') }}

),

-- two units of Dataverse may have one symbol. Its product has the unit of one company, Finance's one of each
with_units as (

    select
        *,
        unit_id <> inventory_unit_id and coalesce(unit_symbol <> inventory_unit_symbol, true)
            as is_in_another_unit,
        unit_symbol <> {{ comparable('released_unit_symbol') }} as is_in_another_unit_than_released
    from looked_up

),

judged as (

    select
        *,
        {{ list_of([
            reject(
                "document_kind = 'none'", 'missing_key', 'JournalNumber', 'null',
                "'The line belongs to no adjustment and to no transfer.'"
            ),
            reject(
                "document_kind = 'both'", 'missing_key', 'JournalNumber', 'null',
                "'The line belongs to an adjustment and to a transfer: take it out of one.'"
            ),
            reject_missing_parent(
                "case when document_kind in ('adjustment', 'transfer') then document_id end",
                'has_document', 'JournalNumber', 'Adjustment or transfer'
            ),
            reject(
                "has_document and coalesce(trim(journal_number), '') = ''",
                'missing_key', 'JournalNumber', 'null',
                "'JournalNumber is empty: give the adjustment or transfer a number'"
            ),
            reject(
                "coalesce(trim(journal_number), '') <> '' and first_document_id <> last_document_id",
                'duplicate_key', 'JournalNumber', 'journal_number',
                "concat('JournalNumber ', journal_number, ' is the number of another adjustment or transfer "
                ~ "too; Finance ignores case and trailing blanks. Renumber one.')"
            ),
            reject_missing_key(
                'number_sequence', 'LineNumber', 'msdynce_numbersequence has to number the line'
            ),
            reject(
                "coalesce(trim(number_sequence), '') <> '' and coalesce(line_number, 0) = 0",
                'missing_key', 'LineNumber', 'number_sequence',
                "concat('LineNumber ', number_sequence, ' is no whole number from 1 on: correct "
                ~ "msdynce_numbersequence of the line.')"
            ),
            reject_duplicate('copies', 'LineNumber', 'number_sequence'),
        ] + rules_of_a_warehouse(
            'adjustment', 'warehouse_id', 'warehouse_name', 'warehouse_name is not null',
            'finance_warehouse_id', 'WarehouseId'
        ) + rules_of_a_warehouse(
            'transfer', 'source_warehouse_id', 'source_warehouse_name', 'source_warehouse_name is not null',
            'source_finance_warehouse_id', 'SourceWarehouseId'
        ) + rules_of_a_warehouse(
            'transfer', 'destination_warehouse_id', 'destination_warehouse_name',
            'destination_warehouse_name is not null', 'destination_finance_warehouse_id',
            'DestinationWarehouseId'
        ) + [
            reject(
                'data_area_id <> destination_data_area_id',
                'unmapped_company', 'dataAreaId', 'destination_data_area_id',
                "concat('The transfer leads from company ', data_area_id, ' to company ', "
                ~ "destination_data_area_id, '; Finance cannot transfer between companies.')"
            ),
            reject_missing('product_id', 'ProductNumber', 'choose a product'),
            reject_missing_parent(
                'product_id', 'product_number is not null', 'ProductNumber', 'Product'
            ),
            reject(
                'product_number is not null and is_made_in_dataverse', 'missing_parent', 'ProductNumber', 'product_number',
                "concat('Product ', product_number, ' was made in Dataverse and is none of Finance. Take another "
                ~ "one; or, where Finance has this one too, set Is maintained externally to Yes in Dataverse.')"
            ),
            reject(
                'product_number is not null and data_area_id is not null and is_unreleased',
                'missing_parent', 'ProductNumber', 'product_number',
                "concat('Product ', product_number, ' is not released for sale in company ', data_area_id, ': see "
                ~ "Validate on the released product.')"
            ),
            reject(
                'is_in_another_unit or is_in_another_unit_than_released',
                'unmapped_value', 'Unit', 'unit_name',
                "concat('The line counts in ', coalesce(unit_name, unit_id), ', which is not the inventory unit of "
                ~ "the product', case when is_in_another_unit_than_released then concat(' (', released_unit_symbol, "
                ~ "' in company ', data_area_id, ')') else '' end, '; Finance takes the number for one in its own "
                ~ "unit.')"
            ),
            reject_missing('quantity', 'InventoryQuantity', 'set the quantity of the line'),
        ]) }} as rejections

    from with_units

)

select * from judged
