-- A member of a payload that is read as another value than it is.
with

payloads as (

    select
        cases.name,
        cases.expected,
        {{ payload_member('cases.payload', 'Description') }} as found
    from (
        values
        ('text', '{"Description":"a journey","Quantity":"7.5"}', 'a journey'),
        -- a backslash in a literal is one character to DuckDB and none to Spark
        (
            'quotes',
            replace('{"Description":"he said #"no#" twice"}', '#', chr(92)),
            'he said "no" twice'
        ),
        ('letters of the world', '{"Description":"Größe 😀 שלום"}', 'Größe 😀 שלום'),
        ('left out', '{"Quantity":"7.5"}', cast(null as string)),
        ('nothing in it', '{}', cast(null as string)),
        ('no payload', cast(null as string), cast(null as string))
    ) as cases (name, payload, expected)

),

types as (

    select
        cases.name,
        cases.expected,
        concat(
            cast({{ typed_member('cases.payload', 'Quantity', 'decimal(32, 6)') }} as string), ' ',
            cast({{ typed_member('cases.payload', 'Code', 'integer') }} as string), ' ',
            cast({{ typed_member('cases.payload', 'Day', 'date') }} as string), ' ',
            cast({{ typed_member('cases.payload', 'At', 'timestamp') }} as string)
        ) as found
    from (
        values
        (
            'types',
            '{"At":"2026-01-31T23:30:00Z","Code":"192350001","Day":"2026-02-01","Quantity":"-0.5"}',
            '-0.500000 192350001 2026-02-01 2026-01-31 23:30:00'
        )
    ) as cases (name, payload, expected)

)

select *
from payloads
where expected is distinct from found

union all

select *
from types
where expected is distinct from found
