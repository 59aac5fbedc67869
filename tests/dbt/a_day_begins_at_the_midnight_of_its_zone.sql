-- A day with another first moment than the clocks of its zone show, or that comes back as another day.
with

days as (

    select
        cases.name,
        cast(cases.day as date) as day,
        cases.zone,
        cast(cases.expected as timestamp) as expected,
        {{ midnight_in_zone('cast(cases.day as date)', 'cases.zone') }} as found
    from (
        values
        ('winter in the west', '2026-01-15', 'America/Los_Angeles', '2026-01-15 08:00:00'),
        ('summer in the west', '2026-07-15', 'America/Los_Angeles', '2026-07-15 07:00:00'),
        ('the day the clocks go forward, west', '2026-03-08', 'America/Los_Angeles', '2026-03-08 08:00:00'),
        ('the day after, west', '2026-03-09', 'America/Los_Angeles', '2026-03-09 07:00:00'),
        ('the day the clocks go back, west', '2026-11-01', 'America/Los_Angeles', '2026-11-01 07:00:00'),
        ('the day after, west again', '2026-11-02', 'America/Los_Angeles', '2026-11-02 08:00:00'),
        ('the day the clocks go forward, east', '2026-03-29', 'Europe/Berlin', '2026-03-28 23:00:00'),
        ('the day after, east', '2026-03-30', 'Europe/Berlin', '2026-03-29 22:00:00'),
        ('the day the clocks go back, east', '2026-10-25', 'Europe/Berlin', '2026-10-24 22:00:00'),
        ('the day after, east again', '2026-10-26', 'Europe/Berlin', '2026-10-25 23:00:00'),
        ('midnight in utc as well', '2026-01-31', 'Europe/London', '2026-01-31 00:00:00'),
        ('half hour zone', '2026-07-01', 'Asia/Kolkata', '2026-06-30 18:30:00'),
        ('far east', '2024-02-29', 'Pacific/Auckland', '2024-02-28 11:00:00'),
        ('no midnight', '2018-11-04', 'America/Sao_Paulo', '2018-11-04 03:00:00'),
        ('utc', '2026-01-01', 'UTC', '2026-01-01 00:00:00'),
        ('no day', null, 'Europe/Berlin', null),
        ('no zone', '2026-01-01', null, null)
    ) as cases (name, day, zone, expected)

),

read_again as (

    select
        name,
        day,
        expected,
        found,
        {{ company_date('found', 'zone') }} as day_read,
        {{ moment_of_day('day', 'found', 'zone') }} as moment_kept
    from days

)

select *
from read_again
where
    expected is distinct from found
    or (found is not null and day is distinct from day_read)
    or found is distinct from moment_kept
