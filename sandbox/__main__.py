"""python -m sandbox: serve the sandbox, or make a round of changes in it.

python -m sandbox --port 8365 --path data/sandbox.duckdb --rows 1000 --seed 1
python -m sandbox changes --port 8365          in a running sandbox
python -m sandbox changes --path FILE          in one that is not running
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from sandbox.app import create_app, declared_switches
from sandbox.changes import run_changes
from sandbox.contents import Contents, open_database
from sandbox.database import Database
from sandbox.dataverse.metadata import GENERATIONS
from sandbox.errors import SandboxError
from sandbox.server import HOST, Server
from sandbox.switches import Switches, read_setting
from sandbox.tokens import WELL_KNOWN


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "changes":
            sys.stdout.write(json.dumps(_changes(options), indent=2) + "\n")
        else:
            _serve(options)
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A local Dataverse and a local Finance and Operations on 127.0.0.1.",
    )
    parser.add_argument("command", nargs="?", choices=["serve", "changes"], default="serve")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--path", type=Path, help="database file; without it, in memory")
    parser.add_argument(
        "--rows", type=int, default=1000, help="about this many, and a third more beside"
    )
    parser.add_argument("--seed", type=int, default=1, help="same seed, same rows")
    parser.add_argument("--data", type=Path, help="serve the rows of <entity set>.json files")
    parser.add_argument("--generation", choices=GENERATIONS, default="psa3")
    parser.add_argument("--token", default=WELL_KNOWN, help="bearer token that is always good")
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME[@SCOPE][*COUNT]=VALUE",
        help="turn a switch; GET /sandbox/switches lists them",
    )
    return parser


def _serve(options: argparse.Namespace) -> None:
    switches = Switches(declared_switches())
    for text in options.switch:
        read_setting(switches, text)
    contents = Contents(options.rows, options.seed, options.generation, options.data)
    if options.path is not None:
        options.path.parent.mkdir(parents=True, exist_ok=True)
    with closing(open_database(contents, options.path)) as database:
        app = create_app(database, switches, options.token)
        Server(app, options.port, announce=True).serve_until_stopped()


def _changes(options: argparse.Namespace) -> object:
    """Make a round of changes in the file, or ask the running sandbox for one."""
    if options.path is not None:
        if not options.path.exists():
            raise SandboxError(f"There is no sandbox at {options.path}.")
        with closing(Database(options.path)) as database:
            return run_changes(database)
    if not options.port:
        raise SandboxError("Name the sandbox: --port of a running one, or --path of its file.")
    connection = HTTPConnection(HOST, options.port, timeout=60)
    try:
        connection.request("POST", "/sandbox/changes")
        return json.loads(connection.getresponse().read())
    except OSError as error:
        raise SandboxError(f"No sandbox answers on port {options.port}.") from error
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
