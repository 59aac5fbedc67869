-- A line of actuals_scope that filters without a reason, has a reason without filtering, or decides the same
-- actuals as another line.
with

lines as (

    select * from {{ ref('actuals_scope') }}

),

of_any_sign as (

    select * from {{ ref('actuals_scope') }}
    where sign = 'any'

)

select
    lines.transaction_classification,
    lines.transaction_type_code,
    lines.sign
from lines

left join of_any_sign
    on
        lines.transaction_classification = of_any_sign.transaction_classification
        and lines.transaction_type_code = of_any_sign.transaction_type_code
        and lines.sign <> 'any'

where
    (lines.action = 'filter') <> (lines.filter_reason is not null)
    or of_any_sign.sign is not null
