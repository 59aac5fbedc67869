-- Estimates: a cost line and a sales line each, connected; two of three are about expenses. The
-- awkward lines are costs of expenses that stand alone.
create or replace temp table new_msdyn_estimateline as
with numbered as (
    select
        2 * estimates.estimate_no + sides.place as ordinal,
        estimates.estimate_no,
        sides.place,
        estimates.estimate_no % 3 <> 2 as is_expense
    from range(getvariable('estimates')) as estimates (estimate_no)
    cross join range(2) as sides (place)
    union all
    select
        2 * getvariable('estimates') + extras.ordinal,
        getvariable('estimates') + extras.ordinal,
        0,
        true
    from range(getvariable('awkward_estimatelines')) as extras (ordinal)
),

priced as (
    select
        *,
        cast(pick([1, 2.5, 3, 8, 0.75, 12.3333], 'msdyn_estimate', estimate_no, 'quantity')
            as decimal(12, 4)) as quantity,
        cast(10 + die('msdyn_estimate', estimate_no, 'price', 900) as decimal(19, 4))
        + cast(0.25 as decimal(3, 2)) * die('msdyn_estimate', estimate_no, 'quarters', 4)
            as cost_price
    from numbered
)
select
    priced.ordinal,
    row_id('msdyn_estimateline', priced.ordinal) as msdyn_estimatelineid,
    row_id('msdyn_estimate', projects.ordinal) as _msdyn_estimate_value,
    projects.msdyn_projectid as _msdyn_project_value,
    pick(project_leaves.leaves, 'msdyn_estimate', priced.estimate_no, 'task') as _msdyn_task_value,
    category_id(
        case when priced.is_expense then [0, 1, 2, 3, 4, 5] else [7, 8, 9] end,
        'msdyn_estimate', priced.estimate_no
    ) as _msdyn_transactioncategory_value,
    case when priced.is_expense then 192350001 else 192350000 end
        as msdyn_transactionclassification,
    case when priced.place = 0 then 192350000 else 192350005 end as msdyn_transactiontypecode,
    pick([192350001, 192350001, 192350000, 192350002], 'msdyn_estimate', priced.estimate_no,
         'billing') as msdyn_billingtype,
    pick(['Travel', 'On site week', 'Workshop', 'Equipment'],
         'msdyn_estimate', priced.estimate_no, 'words')
        || ' ' || row_code('msdyn_estimate', priced.estimate_no) as msdyn_description,
    projects._transactioncurrencyid_value,
    projects.exchangerate,
    cast(priced.quantity as decimal(23, 10)) as msdyn_quantity,
    cast(priced.cost_price * case when priced.place = 0 then 1 else 1.2 end as decimal(19, 4))
        as msdyn_price,
    cast(
        priced.quantity
        * cast(priced.cost_price * case when priced.place = 0 then 1 else 1.2 end as decimal(12, 4))
        as decimal(19, 4)
    ) as msdyn_amount,
    case
        when die('msdyn_estimateline', priced.ordinal, 'interface', 5) = 0
            then cast(projects.start_day + 14 as timestamp)
        else day_in_zone(projects.start_day + 14, projects.zone)
    end as msdyn_accountingdate,
    day_in_zone(projects.start_day, projects.zone) as msdyn_documentdate,
    day_in_zone(projects.start_day + interval 9 hour, projects.zone) as msdyn_startdatetime,
    day_in_zone(projects.start_day + 20 + interval 17 hour, projects.zone) as msdyn_enddatetime,
    0 as statecode,
    1 as statuscode
from priced
inner join new_msdyn_project as projects
    on projects.ordinal = priced.estimate_no % getvariable('work_based_contracts')
inner join project_leaves on project_leaves.project_no = projects.ordinal;
