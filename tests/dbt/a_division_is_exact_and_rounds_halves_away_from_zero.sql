-- A quotient that is not what the exact one rounds to.
with

quotients as (

    select
        cases.name,
        cast(cases.expected as decimal(28, 2)) as expected,
        {{ divide(
            'cast(cases.numerator as decimal(19, 4))', 4, 'cast(cases.denominator as decimal(19, 5))', 5, 2
        ) }} as found
    from (
        values
        ('even', '10', '4', '2.50'),
        ('half up', '1.25', '10', '0.13'),
        ('negative half away from zero', '-1.25', '10', '-0.13'),
        ('negative divisor', '1.25', '-10', '-0.13'),
        ('both negative', '-1.25', '-10', '0.13'),
        ('just below a half', '1.2499', '10', '0.12'),
        ('a tie that a double misses', '2.675', '1', '2.68'),
        ('another one', '1.005', '1', '1.01'),
        ('a third', '100', '3', '33.33'),
        ('zero', '0', '7', '0'),
        ('less than a cent', '0.0001', '3', '0'),
        ('five places below', '1', '0.33333', '3.00'),
        ('large', '999999999999999.9999', '0.5', '2000000000000000.00'),
        ('large and exact', '999999999999999.9900', '1', '999999999999999.99')
    ) as cases (name, numerator, denominator, expected)

),

hours as (

    select
        cases.name,
        cast(cases.expected as decimal(28, 5)) as expected,
        {{ divide('cast(cases.minutes as decimal(19, 0))', 0, 'cast(60 as decimal(19, 0))', 0, 5) }} as found
    from (
        values
        ('an hour and a half', '90', '1.5'),
        ('five minutes', '5', '0.08333'),
        ('a hundred minutes', '100', '1.66667'),
        ('none', '0', '0')
    ) as cases (name, minutes, expected)

)

select
    name,
    cast(expected as {{ dbt.type_string() }}) as expected,
    cast(found as {{ dbt.type_string() }}) as found
from quotients
where expected is distinct from found

union all

select
    name,
    cast(expected as {{ dbt.type_string() }}) as expected,
    cast(found as {{ dbt.type_string() }}) as found
from hours
where expected is distinct from found
