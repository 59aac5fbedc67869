-- Grain: one row per source row that was deleted in the source.
with

dataverse_tombstones as (

    select * from {{ ref('stg_dataverse__deleted_rows') }}

),

finops_tombstones as (

    select * from {{ ref('stg_finops__deleted_rows') }}

),

united as (

    select * from dataverse_tombstones

    union all

    select * from finops_tombstones

)

select * from united
