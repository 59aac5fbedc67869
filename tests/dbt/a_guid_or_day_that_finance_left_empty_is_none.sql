-- A value of Finance that is read as another one than it is, or as one although it stands for none.
with

guids as (

    select
        cases.written,
        cases.expected,
        {{ set_guid('cases.written') }} as found
    from (
        values
        ('{7E921623-F9DC-3EEA-86F6-2D86C19DC990}', '7e921623-f9dc-3eea-86f6-2d86c19dc990'),
        ('00000000-0000-0000-0000-000000000000', cast(null as string)),
        ('{00000000-0000-0000-0000-000000000000}', cast(null as string)),
        ('', cast(null as string))
    ) as cases (written, expected)

),

days as (

    select
        cases.written,
        cases.expected,
        cast({{ set_day('cast(cases.written as date)') }} as string) as found
    from (
        values
        ('2026-02-28', '2026-02-28'),
        ('1900-01-02', '1900-01-02'),
        ('1900-01-01', cast(null as string))
    ) as cases (written, expected)

)

select *
from guids
where expected is distinct from found

union all

select *
from days
where expected is distinct from found
