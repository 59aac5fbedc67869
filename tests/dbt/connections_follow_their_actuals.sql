-- A connection that is sent to Dataverse although one of the actuals it waits for is not.
with

connections as (

    select
        _source_table,
        _source_id,
        _parent_actual1 as actual_id
    from {{ ref('dataverse__transaction_connections') }}
    where _parent_actual1 is not null

    union all

    select
        _source_table,
        _source_id,
        _parent_actual2 as actual_id
    from {{ ref('dataverse__transaction_connections') }}
    where _parent_actual2 is not null

),

posted as (

    select * from {{ ref('dataverse__actuals') }}

)

select
    connections._source_table,
    connections._source_id
from connections

left join posted
    on connections.actual_id = posted.msdyn_actualid

where posted._source_id is null
