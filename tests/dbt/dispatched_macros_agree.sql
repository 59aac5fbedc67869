-- Values that the dispatched macros give another answer for than they must: the same on each engine.
with

guids as (

    select
        'as_guid' as macro,
        cases.given,
        cases.expected,
        {{ as_guid('cases.given') }} as told
    from (
        values
        ('{0F8FAD5B-D9CB-469F-A165-70867728950E}', '0f8fad5b-d9cb-469f-a165-70867728950e'),
        (' 0f8fad5b-d9cb-469f-a165-70867728950e ', '0f8fad5b-d9cb-469f-a165-70867728950e'),
        ('no guid', cast(null as string)),
        ('0f8fad5b-d9cb-469f-a165-7086772895', cast(null as string))
    ) as cases (given, expected)

),

lengths as (

    select
        'utf16_length' as macro,
        cases.given,
        cases.expected,
        cast({{ utf16_length('cases.given') }} as string) as told
    from (
        values
        ('', '0'),
        ('abc', '3'),
        ('Größe', '5'),
        ('a😀b', '4')
    ) as cases (given, expected)

),

quotients as (

    select
        'divide' as macro,
        cast(cases.numerator as string) as given,
        cases.expected,
        cast({{ divide('cases.numerator', 4, 'cases.denominator', 5, 2) }} as string) as told
    from (
        values
        (cast(1.005 as decimal(19, 4)), cast(1 as decimal(19, 5)), '1.01'),
        (cast(-1.005 as decimal(19, 4)), cast(1 as decimal(19, 5)), '-1.01'),
        (cast(10 as decimal(19, 4)), cast(3 as decimal(19, 5)), '3.33'),
        (cast(20 as decimal(19, 4)), cast(-3 as decimal(19, 5)), '-6.67'),
        (cast(0.0349 as decimal(19, 4)), cast(0.00001 as decimal(19, 5)), '3490.00'),
        (cast(99999999999999.9999 as decimal(19, 4)), cast(1 as decimal(19, 5)), '100000000000000.00')
    ) as cases (numerator, denominator, expected)

),

days as (

    select
        'moment_in_zone' as macro,
        cases.zone as given,
        cases.expected,
        cast({{ date_in_zone('cases.moment', 'cases.zone') }} as string) as told
    from (
        values
        (cast('2024-02-29 23:59:59' as timestamp), 'Europe/Berlin', '2024-03-01'),
        (cast('2024-03-01 07:59:59' as timestamp), 'America/Los_Angeles', '2024-02-29'),
        (cast('2024-12-31 12:00:00' as timestamp), 'Pacific/Auckland', '2025-01-01'),
        (cast('2025-03-30 00:59:59' as timestamp), 'Europe/London', '2025-03-30')
    ) as cases (moment, zone, expected)

),

listed as (

    select
        cases.number,
        {{ list_of([
            reject('cases.number > 0', 'one', 'A', 'cases.number', "'it''s one'"),
            reject('cases.number > 1', 'two', 'B', 'cases.number', "'two'"),
        ]) }} as items
    from (values (0), (1), (2)) as cases (number)

),

lists as (

    select
        'list_of and is_empty' as macro,
        cast(number as string) as given,
        case when number = 0 then 'true' else 'false' end as expected,
        case when {{ is_empty('items') }} then 'true' else 'false' end as told
    from listed

),

items as (

    select
        number,
        {{ unnest_items('items') }} as item
    from listed

),

shown as (

    select concat(number, ' ', item.reason_code, ' ', item.column_name, ' ', item.message) as line
    from items

),

unnested as (

    select
        'unnest_items' as macro,
        'all' as given,
        '1 one A it''s one, 2 one A it''s one, 2 two B two' as expected,
        concat(
            min(line), ', ', max(case when line like '2 one%' then line end), ', ', max(line)
        ) as told
    from shown

),

all_cases as (

    select * from guids

    union all

    select * from lengths

    union all

    select * from quotients

    union all

    select * from days

    union all

    select * from lists

    union all

    select * from unnested

)

select *
from all_cases
where coalesce(told, '(null)') <> coalesce(expected, '(null)')
