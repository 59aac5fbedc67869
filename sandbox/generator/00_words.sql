-- Every choice is a die thrown by hashing the seed, a table, a row's ordinal and a topic:
-- the same seed gives the same rows, and a row does not depend on how many others there are.
create or replace temp macro die(table_name, ordinal, topic, sides) as
    cast(
        md5_number_lower(concat_ws(':', getvariable('seed'), table_name, ordinal, topic)) % sides
        as integer
    );

create or replace temp macro row_id(table_name, ordinal) as
    cast(md5(concat_ws(':', getvariable('seed'), table_name, ordinal)) as uuid);

create or replace temp macro row_code(table_name, ordinal) as
    upper(left(md5(concat_ws(':', getvariable('seed'), table_name, ordinal, 'code')), 6));

-- A number with zeros before it. lpad alone would cut a longer one, and two rows would have one name.
create or replace temp macro padded(whole, width) as lpad(
    cast(whole as varchar), cast(greatest(width, length(cast(whole as varchar))) as integer), '0'
);

create or replace temp macro pick(words, table_name, ordinal, topic) as
    words[1 + die(table_name, ordinal, topic, len(words))];

-- The moment in UTC at which a day begins in a zone; how a UserLocal column keeps a day.
create or replace temp macro day_in_zone(day, zone) as
    timezone('UTC', timezone(zone, cast(day as timestamp)));

-- The ordinals that a case of awkward_cases.csv takes; `place` counts within one occurrence.
create or replace temp macro rows_of(case_name, at_place := 0) as table
    select ordinal from planned_cases where "case" = case_name and place = at_place;

create or replace temp macro unknown_id(topic) as row_id('nowhere', topic);

create or replace temp table sandbox_companies as
select *
from (
    values
        (0, 'usmf', 'Contoso Global', 'America/Los_Angeles', 'USD', 'US'),
        (1, 'ussi', 'Contoso US', 'America/New_York', 'USD', 'US'),
        (2, 'demf', 'Contoso Germany', 'Europe/Berlin', 'EUR', 'DE')
) as companies (company_no, company, unit_name, zone, currency, country);

-- The ordinal of the first row of a case, for rows that point at it.
create or replace temp macro first_of(case_name) as (
    select min(ordinal) from planned_cases where "case" = case_name
);

-- amount / divisor at two places, ties away from zero; whole numbers, for a quotient of decimals
-- would be a float.
create or replace temp macro cents(amount, divisor) as
    (2 * cast(abs(amount) * 10000 as hugeint) * 1000 + cast(divisor * 100000 as hugeint))
    // (2 * cast(divisor * 100000 as hugeint));

create or replace temp macro round_quotient(amount, divisor) as cast(
    sign(amount) * cast(cents(amount, divisor) as decimal(17, 0)) * cast(0.01 as decimal(3, 2))
    as decimal(19, 4)
);

create or replace temp macro hours(minutes) as cast(
    cast(minutes as decimal(19, 5)) / 60 as decimal(19, 5)
);

-- The rows of a table that stand beside the others: `place` counts them, the awkward ones last.
create or replace temp macro beside(named) as table
    select
        planned.first + places.place as ordinal,
        places.place,
        places.place >= planned.ordinary as is_awkward
    from planned_beside as planned
    cross join (
        select unnest(
            range((select ordinary + awkward from planned_beside where table_name = named))
        ) as place
    ) as places
    where planned.table_name = named;
