-- A key of Finance that gives another id than it must, or an id that another key has.
with

ids as (

    select
        cases.expected,
        {{ source_row_id(['cases.company', 'cases.number', 'cases.line', 'cases.voucher']) }} as found
    from (
        values
        ('USMF', 'I-1', cast(1 as decimal(32, 6)), 'V-1', 'usmf/I-1/1.000000/V-1'),
        ('usmf', 'I-1', cast(1.5 as decimal(32, 6)), 'V-1', 'usmf/I-1/1.500000/V-1'),
        ('usmf', 'i-1', cast(1 as decimal(32, 6)), 'V-1', 'usmf/i-1/1.000000/V-1'),
        ('usmf', 'I/1', cast(1 as decimal(32, 6)), 'V/1', 'usmf/I%2F1/1.000000/V/1'),
        ('usmf', 'I%2F1', cast(1 as decimal(32, 6)), 'V/1', 'usmf/I%252F1/1.000000/V/1'),
        ('usmf', 'I', cast(1 as decimal(32, 6)), '1/1.000000/V/1', 'usmf/I/1.000000/1/1.000000/V/1'),
        ('usmf', 'O''Brien', cast(-1 as decimal(32, 6)), '', 'usmf/O''Brien/-1.000000/')
    ) as cases (company, number, line, voucher, expected)

),

few_columns as (

    select
        cases.expected,
        {{ source_row_id(['cases.company', 'cases.number']) }} as found
    from (
        values
        ('USMF', 'A/1%', 'usmf/A/1%')
    ) as cases (company, number, expected)

),

united as (

    select * from ids

    union all

    select * from few_columns

)

select
    max(expected) as expected,
    found
from united
group by found
having count(*) > 1 or max(expected) is distinct from found
