-- Unit groups, price lists and warehouses; their ids are the same for every seed, too.
create or replace temp table new_uomschedule as
select
    schedule_no as ordinal,
    cast('d1000000-0000-4000-8000-00000000000' || (schedule_no + 1) as uuid) as uomscheduleid,
    name,
    0 as statecode,
    1 as statuscode
from (values (0, 'Default unit'), (1, 'Packing')) as schedules (schedule_no, name);

-- Pallets are counted in a group of their own.
alter table new_uom add column _uomscheduleid_value uuid;
update new_uom
set _uomscheduleid_value = new_uomschedule.uomscheduleid
from new_uomschedule
where new_uomschedule.ordinal = cast(new_uom.name = 'Pallet' as integer);

-- There is no list in pounds: a product that Finance sells in pounds cannot be made.
create or replace temp table new_pricelevel as
select
    list_no as ordinal,
    cast('d2000000-0000-4000-8000-00000000000' || (list_no + 1) as uuid) as pricelevelid,
    name,
    currency_id(currency) as _transactioncurrencyid_value,
    0 as statecode,
    100001 as statuscode
from (
    values
        (0, 'CRM Service USA (sample)', 'USD'),
        (1, 'Wholesale', 'USD'),
        (2, 'Deutschland', 'EUR')
) as lists (list_no, name, currency);

create or replace temp macro price_list_id(currency_row) as (
    select pricelevelid from new_pricelevel
    where _transactioncurrencyid_value = currency_row
    order by name
    limit 1
);

-- What Finance has already brought, and vans. Two vans are booked on a warehouse of Finance, the
-- last one on none. Finance has more warehouses than Dataverse.
create or replace temp table known_warehouses as
select *
from (
    values
        (0, '13', 'Main warehouse', true, 0),
        (1, '24', 'Service parts', true, 0),
        (2, 'Van 1', 'Van of the team in Seattle', false, 0),
        (3, 'Van 2', 'Van of the team in Berlin', false, 2),
        (4, 'Van 9', 'Van on loan', false, null)
) as warehouses (ordinal, name, description, is_external, company_no);

create or replace temp table new_msdyn_warehouse as
select
    *,
    cast('d3000000-0000-4000-8000-00000000000' || (ordinal + 1) as uuid) as msdyn_warehouseid,
    name as msdyn_name,
    description as msdyn_description,
    is_external as msdynce_ismaintainedexternally,
    0 as statecode,
    1 as statuscode
from known_warehouses;

create or replace temp macro warehouse_id(warehouse) as (
    select msdyn_warehouseid from new_msdyn_warehouse where msdyn_name = warehouse
);

alter table new_product add column description varchar;
alter table new_product add column _defaultuomscheduleid_value uuid;
alter table new_product add column _pricelevelid_value uuid;
update new_product
set
    description = case
        when new_product.ordinal % 3 = 0
            then 'Sold since ' || (2015 + new_product.ordinal % 10)
    end,
    _pricelevelid_value = price_list_id(new_product._transactioncurrencyid_value),
    _defaultuomscheduleid_value = new_uom._uomscheduleid_value
from new_uom
where new_uom.uomid = new_product._defaultuomid_value;
