-- Grain: one row per source row that was deleted in the source.
with

tombstones as (

    select * from {{ ref('stg_dataverse__deleted_rows') }}

)

select * from tombstones
