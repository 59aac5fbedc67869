-- Target: account. One row per vendor (number and party) of Finance, whatever companies have it.
-- Column names are the target's own; nothing renames them after this.
with

vendors as (

    select * from {{ ref('int_vendors_checked') }}
    where {{ is_sent() }}

),

final as (

    select
        account_id as accountid,
        vendor_number as accountnumber,
        vendor_name as name,
        vendor_type_code as customertypecode,

        -- never sent
        is_in_dataverse as _exists_in_target,
        _source_table,
        _source_id

    from vendors

)

select * from final
