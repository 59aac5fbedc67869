-- Target: CDS customer free text invoice lines. One row per agreement line.
-- Column names are the target's own; nothing renames them after this.
with

lines as (

    select * from {{ ref('int_free_text_invoice_lines_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        data_area_id as dataAreaId,
        invoice_number as ExternalInvoiceId,
        cast(sequence_number as decimal(32, 6)) as LineNumber,
        product_description as Description,
        cast(quantity as decimal(32, 6)) as Quantity,
        cast(unit_price as decimal(32, 6)) as UnitPrice,
        main_account as MainAccountDisplayValue,

        -- never sent
        coalesce(state_code = 3, false) as _is_cancelled,
        _source_table,
        _source_id

    from lines

)

select * from final
