-- A moment with another day than people see.
with

days as (

    select
        cases.name,
        cast(cases.expected as date) as expected,
        {{ company_date('cast(cases.moment as timestamp)', 'cases.zone') }} as found
    from (
        values
        ('summer midnight in the west', '2026-03-31 07:00:00', 'America/Los_Angeles', '2026-03-31'),
        ('winter midnight in the west', '2026-01-15 08:00:00', 'America/Los_Angeles', '2026-01-15'),
        ('summer midnight in the east', '2026-03-30 22:00:00', 'Europe/Berlin', '2026-03-31'),
        ('winter midnight in the east', '2026-01-14 23:00:00', 'Europe/Berlin', '2026-01-15'),
        ('midnight before the clocks change', '2026-03-28 23:00:00', 'Europe/Berlin', '2026-03-29'),
        ('midnight after the clocks change', '2026-03-29 22:00:00', 'Europe/Berlin', '2026-03-30'),
        ('written by an interface, west', '2026-03-31 00:00:00', 'America/Los_Angeles', '2026-03-31'),
        ('written by an interface, east', '2026-03-31 00:00:00', 'Europe/Berlin', '2026-03-31'),
        ('a second later', '2026-03-31 00:00:01', 'America/Los_Angeles', '2026-03-30'),
        ('afternoon', '2026-06-30 19:30:00', 'America/New_York', '2026-06-30'),
        ('late evening', '2026-07-01 03:30:00', 'America/New_York', '2026-06-30'),
        ('late evening in the east', '2026-06-30 22:30:00', 'Europe/Berlin', '2026-07-01'),
        ('half hour zone', '2026-06-30 18:30:00', 'Asia/Kolkata', '2026-07-01'),
        ('no moment', null, 'Europe/Berlin', null),
        ('no zone', '2026-06-30 18:30:00', null, null)
    ) as cases (name, moment, zone, expected)

)

select *
from days
where expected is distinct from found
