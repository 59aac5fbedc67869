-- A moment that is written although Dataverse shows the day already, or kept although it shows another one.
with

moments as (

    select
        cases.name,
        cast(cases.expected as timestamp) as expected,
        {{ moment_of_day(
            'cast(cases.day as date)', 'cast(cases.own_moment as timestamp)', 'cases.zone'
        ) }} as found
    from (
        values
        ('afternoon', '2026-06-30', '2026-06-30 19:30:00', 'America/New_York', '2026-06-30 19:30:00'),
        ('late evening', '2026-06-30', '2026-07-01 03:30:00', 'America/New_York', '2026-07-01 03:30:00'),
        ('an interface', '2026-06-30', '2026-06-30 00:00:00', 'America/New_York', '2026-06-30 00:00:00'),
        ('another day', '2026-07-02', '2026-07-01 03:30:00', 'America/New_York', '2026-07-02 04:00:00'),
        ('no moment yet', '2026-07-02', null, 'Europe/Berlin', '2026-07-01 22:00:00'),
        ('no day in Finance', null, '2026-07-01 03:30:00', 'Europe/Berlin', null)
    ) as cases (name, day, own_moment, zone, expected)

)

select *
from moments
where expected is distinct from found
