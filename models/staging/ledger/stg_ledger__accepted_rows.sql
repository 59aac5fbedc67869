-- Grain: one row per target row that a target has accepted.
with

source as (

    select * from {{ newest_version(source('ledger', 'accepted_rows'), 'model, key_text') }} as newest
    where not _is_deleted

),

renamed as (

    select
        ---------- ids
        model as target_model,
        key_text,
        source_table,
        source_id,
        run_id,

        ---------- strings
        payload,

        ---------- dates and timestamps
        accepted_at

    from source

)

select * from renamed
