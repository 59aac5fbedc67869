"""In which order tables are read: children before the tables they refer to.

A row refers only to rows that existed before it. When parents are read after their children, each
parent of a child that was read is seen, even while people go on working.
"""

from collections.abc import Sequence

from extract.layout import TableLayout


def waves(layouts: Sequence[TableLayout]) -> tuple[tuple[TableLayout, ...], ...]:
    """Group the tables: each wave may be read at once, after the waves before it.

    Tables that refer to each other in a circle share a wave with whatever waits for them. Rows of
    Finance refer to rows of Dataverse and never the other way round: its tables are in the first.
    """
    waiting = {layout.table.label: layout for layout in layouts}
    ordered = []
    while waiting:
        referred = {
            f"{layout.table.system}.{target}"
            for layout in waiting.values()
            for target in layout.refers_to
            if target != layout.table.name
        }
        ready = tuple(layout for name, layout in waiting.items() if name not in referred)
        wave = ready or tuple(waiting.values())
        ordered.append(wave)
        for layout in wave:
            del waiting[layout.table.label]
    return tuple(ordered)
