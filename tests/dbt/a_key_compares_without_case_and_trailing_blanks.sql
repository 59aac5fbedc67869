-- Two keys that are one to Finance and not here, or the other way round.
with

pairs as (

    select
        cases.name,
        cases.is_same,
        coalesce({{ comparable('cases.one') }} = {{ comparable('cases.other') }}, false) as is_found_same
    from (
        values
        ('case', 'ACC-1', 'acc-1', true),
        ('trailing blanks', 'ACC-1', 'ACC-1  ', true),
        ('leading blank', 'ACC-1', ' ACC-1', false),
        ('inner blank', 'ACC 1', 'ACC1', false),
        ('trailing tab', 'ACC-1', 'ACC-1	', false),
        ('another digit', 'ACC-1', 'ACC-11', false),
        ('umlaut in another case', 'MÜLLER', 'müller', true),
        ('nothing', null, null, false)
    ) as cases (name, one, other, is_same)

)

select *
from pairs
where is_same <> is_found_same
