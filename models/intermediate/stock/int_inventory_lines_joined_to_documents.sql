-- Grain: one row per line of an adjustment or transfer, with its document and the warehouses of Finance.
with

adjustments as (

    select
        'adjustment' as document_kind,
        inventory_adjustment_id as document_id,
        adjustment_number as journal_number,
        post_status_code,
        warehouse_id,
        cast(null as string) as source_warehouse_id,
        cast(null as string) as destination_warehouse_id
    from {{ ref('stg_dataverse__inventory_adjustments') }}

),

transfers as (

    select
        'transfer' as document_kind,
        inventory_transfer_id as document_id,
        transfer_number as journal_number,
        post_status_code,
        cast(null as string) as warehouse_id,
        source_warehouse_id,
        destination_warehouse_id
    from {{ ref('stg_dataverse__inventory_transfers') }}

),

documents as (

    select * from adjustments

    union all

    select * from transfers

),

warehouses as (

    select * from {{ ref('int_warehouses_mapped_to_finance') }}

),

lines as (

    select
        *,
        case
            when inventory_adjustment_id is not null and inventory_transfer_id is not null then 'both'
            when inventory_adjustment_id is not null then 'adjustment'
            when inventory_transfer_id is not null then 'transfer'
            else 'none'
        end as document_kind,
        coalesce(inventory_adjustment_id, inventory_transfer_id) as document_id
    from {{ ref('stg_dataverse__inventory_adjustment_products') }}

),

joined as (

    select
        lines.inventory_adjustment_product_id,
        lines.product_id,
        lines.unit_id,
        lines.number_sequence,
        lines.quantity,
        lines.document_kind,
        lines.document_id,
        lines.inventory_adjustment_id,
        lines.inventory_transfer_id,
        documents.document_id is not null as has_document,
        documents.journal_number,
        documents.post_status_code,
        documents.warehouse_id,
        own.warehouse_name,
        own.finance_warehouse_id,
        own.site_id,
        documents.source_warehouse_id,
        sources.warehouse_name as source_warehouse_name,
        sources.finance_warehouse_id as source_finance_warehouse_id,
        sources.site_id as source_site_id,
        documents.destination_warehouse_id,
        destinations.warehouse_name as destination_warehouse_name,
        destinations.finance_warehouse_id as destination_finance_warehouse_id,
        destinations.site_id as destination_site_id,
        coalesce(own.data_area_id, sources.data_area_id) as data_area_id,
        destinations.data_area_id as destination_data_area_id

    from lines

    left join documents
        on
            lines.document_kind = documents.document_kind
            and lines.document_id = documents.document_id

    left join warehouses as own
        on documents.warehouse_id = own.warehouse_id

    left join warehouses as sources
        on documents.source_warehouse_id = sources.warehouse_id

    left join warehouses as destinations
        on documents.destination_warehouse_id = destinations.warehouse_id

),

scoped as (

    select
        *,
        case
            when has_document and coalesce(post_status_code, 0) <> 2 then 'not_posted'
            -- a van stands for a warehouse of Finance: what it loads there moves nowhere in Finance
            when
                data_area_id = destination_data_area_id
                and {{ comparable('source_finance_warehouse_id') }}
                = {{ comparable('destination_finance_warehouse_id') }}
                then 'within_one_warehouse'
        end as filter_reason
    from joined

)

select * from scoped
