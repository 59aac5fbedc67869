-- Transaction categories. What an hour is worked as stands only in Dataverse, like the categories
-- of the cases; a few expense categories stand only in Finance, one in a single company.
create or replace temp table known_categories as
select *
from (
    values
        (0, 'Airfare', true, null, ['usmf', 'ussi', 'demf']),
        (1, 'Hotel', true, 192350001, ['usmf', 'ussi', 'demf']),
        (2, 'Car Rental', true, 192350001, ['usmf', 'ussi', 'demf']),
        (3, 'Meals', true, 192350000, ['usmf', 'ussi', 'demf']),
        (4, 'Taxi', true, 192350002, ['usmf', 'ussi', 'demf']),
        (5, 'Per Diem', true, null, ['usmf', 'ussi', 'demf']),
        (6, 'Visa Fee', true, 192350001, ['demf']),
        (7, 'Consultant', false, 192350001, []),
        (8, 'Developer', false, 192350001, []),
        (9, 'Project Manager', false, 192350000, []),
        (null, 'Conference', true, null, ['usmf', 'ussi', 'demf']),
        (null, 'Mileage', true, null, ['usmf', 'demf']),
        (null, 'Office Supplies', true, null, ['usmf'])
) as categories (ordinal, name, is_expense, billing_type, companies);

create or replace temp table new_msdyn_transactioncategory as
with named as (
    select ordinal, name, billing_type, is_expense, companies
    from known_categories
    where ordinal is not null
    union all
    select
        ordinal,
        case "case"
            when 'category_only_in_dataverse' then 'Entertainment'
            when 'category_differs_in_case' then 'parking'
            when 'category_differs_in_trailing_blank' then 'Toll'
        end
        || case when occurrence > 0 then ' ' || (occurrence + 1) else '' end
        || case when "case" = 'category_differs_in_trailing_blank' then ' ' else '' end,
        192350001,
        true,
        case
            when "case" = 'category_only_in_dataverse' then []
            else ['usmf', 'ussi', 'demf']
        end
    from planned_cases
    where table_name = 'msdyn_transactioncategory'
)
select
    *,
    row_id('msdyn_transactioncategory', ordinal) as msdyn_transactioncategoryid,
    name as msdyn_name,
    billing_type as msdyn_billingtype,
    new_uom.uomid as _msdyn_defaultunit_value,
    0 as statecode,
    1 as statuscode
from named
inner join (select ordinal as unit_no, uomid from new_uom) as new_uom
    on new_uom.unit_no = case when named.is_expense then 0 else 1 end;

create or replace temp macro category_id(numbers, table_name, ordinal) as
    row_id('msdyn_transactioncategory', pick(numbers, table_name, ordinal, 'category'));
