"""What a person takes over: `model`, or `model:key` with the key's parts separated by commas."""

from collections.abc import Collection, Sequence

import duckdb

from connection.declarations import TargetModel
from load.canonical import comparable_keys
from load.errors import SelectionUnknown
from load.plan import Wishes


def read_adoptions(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[TargetModel],
    adopt: Collection[str],
    *,
    retry: bool,
) -> Wishes:
    """Read the values of --adopt, such as finops__customers or finops__customers:usmf,US-001.

    Raises SelectionUnknown for a model that is not loaded, or a key with other parts than its own.
    """
    by_name = {model.name: model for model in models}
    whole: list[str] = []
    keys: list[tuple[str, str]] = []
    for entry in adopt:
        name, colon, key = entry.partition(":")
        if name not in by_name:
            raise SelectionUnknown(
                f"`{name}` is no model of this load: choose from {', '.join(sorted(by_name))}."
            )
        if not colon:
            whole.append(name)
            continue
        parts = key.split(",")
        if len(parts) != len(by_name[name].key):
            raise SelectionUnknown(
                f"The key of {name} is {', '.join(by_name[name].key)}, so `{key}` needs "
                f"{len(by_name[name].key)} parts separated by commas."
            )
        keys += [(name, text) for text in comparable_keys(connection, [parts])]
    return Wishes(retry=retry, adopt_models=tuple(whole), adopt_keys=tuple(keys))
