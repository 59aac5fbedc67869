-- Actuals: what was worked, spent, invoiced and corrected. An event makes the rows of its pattern,
-- in turn; the last pattern is a single cost, which the awkward actuals start from.
create or replace temp table actual_patterns as
from read_csv(getvariable('folder') || '/actual_patterns.csv');

-- amount / rate at four places, ties away from zero; whole numbers, as in `cents`.
create or replace temp macro to_base(amount, rate) as cast(
    sign(amount) * cast(0.0001 as decimal(5, 4)) * cast(
        (
            2 * cast(abs(amount) * 10000 as hugeint) * 10000000000
            + cast(rate * 10000000000 as hugeint)
        ) // (2 * cast(rate * 10000000000 as hugeint)) as decimal(18, 0)
    ) as decimal(19, 4)
);

-- Contract lines that work is done for, numbered within their billing method.
create or replace temp table work_lines as
select
    new_salesorderdetail.ordinal as line_no,
    new_salesorderdetail.is_fixed_price,
    new_msdyn_project.ordinal as project_no,
    row_number() over (
        partition by new_salesorderdetail.is_fixed_price
        order by new_msdyn_project.company_no, new_salesorderdetail.ordinal
    ) - 1 as place,
    count(*) over (partition by new_salesorderdetail.is_fixed_price) as places
from new_salesorderdetail
inner join new_msdyn_project
    on new_msdyn_project.msdyn_projectid = new_salesorderdetail._msdyn_project_value
where new_salesorderdetail.ordinal < getvariable('clean_salesorderdetails');

create or replace temp table actual_events as
with numbered as (
    select
        event_no,
        case when event_no < getvariable('actual_events')
            then event_no % getvariable('actual_kinds') else getvariable('actual_kinds')
        end as event
    from range(getvariable('actual_events') + getvariable('awkward_actuals')) as events (event_no)
),

placed as (
    select
        numbered.*,
        kinds.fixed_price,
        -- The awkward ones are on the first lines, which belong to the first company.
        case when numbered.event_no < getvariable('actual_events')
            then die('msdyn_actual', numbered.event_no, 'line', kinds.places)
            else numbered.event_no % greatest(1, kinds.places // 3)
        end as place
    from numbered
    inner join (
        select distinct actual_patterns.event, actual_patterns.fixed_price, work_lines.places
        from actual_patterns
        inner join work_lines on work_lines.is_fixed_price = actual_patterns.fixed_price
    ) as kinds on kinds.event = numbered.event
)
select
    placed.event_no,
    placed.event,
    work_lines.line_no,
    work_lines.project_no,
    cast(pick([1, 7.5, 8, 4, 2.25, 0.5, 3.3333], 'msdyn_actual', placed.event_no, 'quantity')
        as decimal(12, 4)) as quantity,
    cast(20 + die('msdyn_actual', placed.event_no, 'price', 150) as decimal(12, 4))
    + cast(0.01 as decimal(3, 2)) * die('msdyn_actual', placed.event_no, 'cents', 100)
        as cost_price,
    pick([192350001, 192350001, 192350001, 192350001, 192350001, 192350001, 192350000, 192350002],
         'msdyn_actual', placed.event_no, 'billing') as billing_type,
    die('msdyn_actual', placed.event_no, 'day', 200) as days,
    1 + die('msdyn_actual', placed.event_no, 'unit', 2) as units_away
from placed
inner join work_lines
    on work_lines.is_fixed_price = placed.fixed_price and work_lines.place = placed.place;

create or replace temp table new_msdyn_actual as
with numbered as (
    select
        row_number() over (order by actual_events.event_no, actual_patterns.place) - 1 as ordinal,
        actual_events.*,
        actual_patterns.* exclude (event, name),
        case when actual_patterns.price = 'tax' then 1 else actual_patterns.sign * quantity end
            as actual_quantity,
        cast(
            case actual_patterns.price
                when 'cost' then cost_price
                when 'transfer' then cost_price * 1.25
                when 'sales' then cost_price * 1.5
                else quantity * cost_price * 0.15
            end as decimal(12, 4)
        ) as actual_price
    from actual_events
    inner join actual_patterns on actual_patterns.event = actual_events.event
)
select
    numbered.ordinal,
    numbered.event_no,
    numbered.place,
    numbered.second,
    numbered.first_role,
    numbered.second_role,
    projects.zone,
    projects.company_no,
    projects.start_day + numbered.days as accounting_day,
    row_id('msdyn_actual', numbered.ordinal) as msdyn_actualid,
    numbered.classification as msdyn_transactionclassification,
    numbered.type as msdyn_transactiontypecode,
    numbered.adjustment as msdyn_adjustmentstatus,
    numbered.billing as msdyn_billingstatus,
    numbered.billing_type as msdyn_billingtype,
    projects.msdyn_projectid as _msdyn_project_value,
    projects._msdyn_salesorderid_value as _msdyn_salescontract_value,
    row_id('salesorderdetail', numbered.line_no) as _msdyn_salescontractlineid_value,
    case when numbered.classification in (192350000, 192350001)
        then pick(project_leaves.leaves, 'msdyn_actual', numbered.event_no, 'task')
    end as _msdyn_task_value,
    -- Half of the hours say what they were worked as; a tax has the category of its expense.
    case
        when numbered.classification in (192350001, 690970002)
            then category_id([0, 1, 2, 3, 4, 5], 'msdyn_actual', numbered.event_no)
        when numbered.classification = 192350000 and numbered.event_no % 2 = 0
            then category_id([7, 8, 9], 'msdyn_actual', numbered.event_no)
    end as _msdyn_transactioncategory_value,
    contracting.msdyn_organizationalunitid as _msdyn_contractorganizationalunitid_value,
    -- Cost and sales of the contracting unit are its own even where another unit does the work.
    resourcing.msdyn_organizationalunitid as _msdyn_resourceorganizationalunitid_value,
    pick(['Kick-off', 'Data mapping', 'Review with the customer', 'Rollout', 'On call'],
         'msdyn_actual', numbered.event_no, 'words')
        || ' ' || row_code('msdyn_actual', numbered.event_no) as msdyn_description,
    case when numbered.event_no % 3 = 0 then 'As agreed' end as msdyn_externaldescription,
    -- Costs are kept in the currency of the unit, sales in that of the contract.
    currencies.transactioncurrencyid as _transactioncurrencyid_value,
    currencies.exchangerate,
    cast(numbered.actual_quantity as decimal(23, 10)) as msdyn_quantity,
    cast(numbered.actual_price as decimal(19, 4)) as msdyn_price,
    cast(cast(numbered.actual_quantity as decimal(12, 4)) * numbered.actual_price
        as decimal(19, 4)) as msdyn_amount,
    case
        when numbered.classification = 192350000
            then cast('d0000000-0000-4000-8000-000000000002' as uuid)
        else cast('d0000000-0000-4000-8000-000000000001' as uuid)
    end as _msdyn_unit_value,
    case when numbered.classification = 192350000
        then row_id('bookableresource', die('msdyn_actual', numbered.event_no, 'resource', 40))
    end as _msdyn_bookableresource_value,
    case when numbered.classification = 192350002
        then row_id(
            'product',
            2 * die('msdyn_actual', numbered.event_no, 'product', getvariable('clean_goods'))
        )
    end as _msdyn_product_value,
    false as msdyn_isjournalized,
    0 as statecode,
    1 as statuscode
from numbered
inner join new_msdyn_project as projects on projects.ordinal = numbered.project_no
inner join project_leaves on project_leaves.project_no = numbered.project_no
inner join new_msdyn_organizationalunit as contracting on contracting.ordinal = projects.company_no
inner join new_msdyn_organizationalunit as resourcing
    on
        resourcing.ordinal
        = (projects.company_no + case when numbered.other_unit then numbered.units_away else 0 end)
        % 3
inner join new_transactioncurrency as currencies
    on
        currencies.transactioncurrencyid = case
            when numbered.price in ('cost', 'transfer') then resourcing._msdyn_currency_value
            else projects._transactioncurrencyid_value
        end;

create or replace temp table new_msdyn_actual as
select
    *,
    to_base(msdyn_amount, exchangerate) as msdyn_amount_base,
    to_base(msdyn_price, exchangerate) as msdyn_price_base,
    -- Most days begin at midnight of the company; interfaces write midnight UTC, and some
    -- entries were made in the last minute of their day.
    case
        when die('msdyn_actual', event_no, 'moment', 10) in (0, 1)
            then cast(accounting_day as timestamp)
        when die('msdyn_actual', event_no, 'moment', 10) = 2
            then day_in_zone(accounting_day + interval '23 hours 59 minutes', zone)
        else day_in_zone(accounting_day, zone)
    end as msdyn_accountingdate,
    day_in_zone(accounting_day, zone) as msdyn_documentdate,
    day_in_zone(accounting_day, zone) as msdyn_exchangeratedate,
    day_in_zone(accounting_day + interval 9 hour, zone) as msdyn_startdatetime,
    day_in_zone(accounting_day + interval 17 hour, zone) as msdyn_enddatetime
from new_msdyn_actual;

-- Connections: of the two lines of an estimate, then of actuals, then the awkward ones, which say
-- again what the first connection of actuals says.
create or replace temp table new_msdyn_transactionconnection as
with estimate_connections as (
    select
        estimate_no as ordinal,
        row_id('msdyn_estimateline', 2 * estimate_no + 1) as first_id,
        'Unbilled Sales' as first_role,
        row_id('msdyn_estimateline', 2 * estimate_no) as second_id,
        'Cost' as second_role,
        'msdyn_estimateline' as kind
    from range(getvariable('estimates')) as estimates (estimate_no)
),

actual_connections as (
    select
        getvariable('estimates') + row_number() over (order by ordinal) - 1 as ordinal,
        msdyn_actualid as first_id,
        first_role,
        row_id('msdyn_actual', ordinal - place + second) as second_id,
        second_role,
        'msdyn_actual' as kind
    from new_msdyn_actual
    where second is not null
),

awkward_connections as (
    select
        getvariable('clean_connections') + extras.ordinal as ordinal,
        models.first_id, models.first_role, models.second_id, models.second_role, models.kind
    from range(getvariable('awkward_connections')) as extras (ordinal)
    cross join (
        select * from actual_connections where ordinal = getvariable('estimates')
    ) as models
)
select
    ordinal,
    row_id('msdyn_transactionconnection', ordinal) as msdyn_transactionconnectionid,
    cast(first_id as varchar) as msdyn_transaction1,
    first_role as msdyn_transaction1role,
    kind as msdyn_transaction1type,
    cast(second_id as varchar) as msdyn_transaction2,
    second_role as msdyn_transaction2role,
    kind as msdyn_transaction2type,
    0 as statecode,
    1 as statuscode
from (
    from estimate_connections
    union all
    from actual_connections
    union all
    from awkward_connections
) as connections;
