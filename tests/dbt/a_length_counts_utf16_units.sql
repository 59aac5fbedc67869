-- A text whose length is not what Finance counts.
with

lengths as (

    select
        cases.name,
        cases.expected,
        {{ utf16_length('cases.written') }} as found
    from (
        values
        ('letters', 'abc', 3),
        ('umlauts', 'äöü', 3),
        ('hebrew', 'שלום', 4),
        ('line break', 'a
b', 3),
        ('blanks at the end', 'a  ', 3),
        ('emoji', '🚀', 2),
        ('emoji among letters', 'a🚀b🚀', 6),
        ('family of joined emoji', '👩‍👩‍👧', 8),
        ('empty', '', 0),
        ('nothing', null, null)
    ) as cases (name, written, expected)

)

select *
from lengths
where expected is distinct from found
