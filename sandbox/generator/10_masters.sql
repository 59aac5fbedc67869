-- Rows that everything else points at; their ids are the same for every seed.
create or replace temp table new_businessunit as
select
    company_no as ordinal,
    cast('b0000000-0000-4000-8000-00000000000' || (company_no + 1) as uuid) as businessunitid,
    unit_name as name,
    case
        when company_no > 0 then cast('b0000000-0000-4000-8000-000000000001' as uuid)
    end as _parentbusinessunitid_value
from sandbox_companies;

create or replace temp table new_transactioncurrency as
select
    currency_no as ordinal,
    cast('a0000000-0000-4000-8000-00000000000' || (currency_no + 1) as uuid)
        as transactioncurrencyid,
    code as isocurrencycode,
    name as currencyname,
    cast(rate as decimal(23, 10)) as exchangerate,
    0 as statecode,
    1 as statuscode
from (
    values
        (0, 'USD', 'US Dollar', 1.0),
        (1, 'EUR', 'Euro', 0.92),
        (2, 'GBP', 'Pound Sterling', 0.785),
        (3, 'CAD', 'Canadian Dollar', 1.3625),
        (4, 'XTS', 'Test Currency', 7.25)
) as currencies (currency_no, code, name, rate);

create or replace temp macro currency_id(code) as (
    select transactioncurrencyid from new_transactioncurrency where isocurrencycode = code
);

create or replace temp table new_uom as
select
    unit_no as ordinal,
    cast('d0000000-0000-4000-8000-00000000000' || (unit_no + 1) as uuid) as uomid,
    name,
    cast(1 as decimal(23, 10)) as quantity,
    symbol
from (
    values
        (0, 'Each', 'ea'),
        (1, 'Hour', 'hr'),
        (2, 'Box', 'box'),
        (3, 'ea', 'ea'),
        (4, 'Pallet', cast(null as varchar))
) as units (unit_no, name, symbol);

create or replace temp table new_msdyn_organizationalunit as
select
    unit_no as ordinal,
    cast('e0000000-0000-4000-8000-00000000000' || (unit_no + 1) as uuid)
        as msdyn_organizationalunitid,
    name as msdyn_name,
    currency_id(currency) as _msdyn_currency_value,
    0 as statecode,
    1 as statuscode
from (
    values
        (0, 'Contoso Global', 'USD'),
        (1, 'Contoso US', 'USD'),
        (2, 'Contoso Germany', 'EUR'),
        (3, 'Contoso Pacific', 'USD')
) as units (unit_no, name, currency);

-- Goods have even ordinals, services odd ones. The last two products are awkward ones: one that
-- is not maintained in Finance, and one that Finance does not know.
create or replace temp table new_product as
with numbered as (
    select ordinal, ordinal % 2 = 1 as is_service
    from range(getvariable('products')) as products (ordinal)
)
select
    ordinal,
    row_id('product', ordinal) as productid,
    case when is_service then 'S' else 'P' end || padded(ordinal, 5)
        as productnumber,
    case
        when is_service
            then pick(
                ['Installation', 'Inspection', 'Repair', 'Calibration', 'Training', 'Survey'],
                'product', ordinal, 'service'
            )
        else pick(
            ['Pump', 'Valve', 'Sensor', 'Filter', 'Cable', 'Battery', 'Panel', 'Compressor'],
            'product', ordinal, 'goods'
        )
    end || ' ' || row_code('product', ordinal) as name,
    case
        when is_service then 1
        else list_extract([0, 0, 0, 2, 3], 1 + die('product', ordinal, 'unit', 5))
    end as unit_no,
    cast(20 + die('product', ordinal, 'price', 48000) / 100.0 as decimal(19, 2)) as price,
    ordinal < getvariable('products') - 2 as is_maintained_in_finance,
    ordinal <> getvariable('products') - 1 as is_known_in_finance
from numbered;

alter table new_product add column _defaultuomid_value uuid;
alter table new_product add column unit_symbol varchar;
update new_product
set _defaultuomid_value = new_uom.uomid, unit_symbol = new_uom.symbol
from new_uom
where new_uom.ordinal = new_product.unit_no;

create or replace temp table new_product as
select
    *,
    cast(price * 0.6 as decimal(19, 4)) as currentcost,
    unit_no <> 1 as isstockitem,
    case when unit_no = 1 then 3 else 1 end as producttypecode,
    case when unit_no = 1 then 690970002 else 690970000 end as msdyn_fieldserviceproducttype,
    case
        when is_maintained_in_finance or not is_known_in_finance then true
        else false
    end as msdynce_ismaintainedexternally,
    _defaultuomid_value as _msdynce_inventoryunit_value,
    currency_id('USD') as _transactioncurrencyid_value,
    2 as quantitydecimal,
    0 as statecode,
    1 as statuscode
from new_product;
