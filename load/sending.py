"""Send what the plan says, model by model, and count what became of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from connection.declarations import TargetModel
from load import holds
from load.errors import TargetUnfit
from load.ledger import ACCEPTED, Receipt
from load.odata_transport import ODataTransport
from load.package_transport import PackageTransport
from load.progress import LoadProgress
from load.rows import chunks, make_send_table
from load.session import Session

Transport = PackageTransport | ODataTransport


@dataclass
class Tally:
    """One template, in rows of this run. A row that goes twice (raised last) counts once."""

    inserted: int = 0
    updated: int = 0
    refused: int = 0
    seconds: float = 0.0


@dataclass
class Sending:
    """One load at work.

    transports: by target. packages: for entities that nothing else carries, whatever is chosen for
    the others. elapsed: a clock in seconds. tallies: by template.
    """

    session: Session
    transports: Mapping[str, Transport]
    packages: PackageTransport
    progress: LoadProgress
    elapsed: Callable[[], float]
    tallies: dict[str, Tally] = field(default_factory=dict)

    def settle(self) -> None:
        """Find out what became of rows that an earlier load left without an answer."""
        for model in self.session.models:
            self._step(model, partial(self._settle, model))

    def send_all(self) -> None:
        """Send every model in order; then again those of which a column waited for children."""
        for model in self.session.models:
            self._step(model, partial(self.session.hold_again, model))
            self._step(model, partial(self._send, model))
        for model in self.session.models:
            if model.raise_last:
                self._step(model, partial(self.session.plan_again, model))
                self._step(model, partial(self._send, model))

    def tally(self, template: str) -> Tally:
        """Return the counts of a template."""
        return self.tallies.setdefault(template, Tally())

    def _settle(self, model: TargetModel) -> None:
        if self.session.ledger.open_rows(model.name):
            self.session.settler.settle(model, self.session.entity(model))

    def _send(self, model: TargetModel) -> None:
        """Send a model's rows; those that are each other's parents level by level, parents first."""
        connection = self.session.ledger.connection
        is_proven = False
        for level in range(holds.make_levels(connection, model)):
            holds.hold_level(connection, model, level)
            among = f"select key_text from {holds.level_table(model)} where level = {level}"
            total = make_send_table(
                connection,
                model,
                self.transports[model.target].run_id,
                company=self.session.company(model),
                rows=among if model.self_parent else "",
            )
            if total:
                self._send_rows(model, total, is_proven=is_proven)
                is_proven = True

    def _send_rows(self, model: TargetModel, total: int, *, is_proven: bool) -> None:
        """Send what the send table holds. is_proven: a row of the model went before."""
        connection, entity = self.session.ledger.connection, self.session.entity(model)
        transport = self.transports[model.target] if entity.is_public else self.packages
        self.progress.sending(model.name, total)
        done, size = 0, transport.chunk_size
        # nobody can read a package-only entity's metadata or rows: one row shows whether it fits
        first = size if entity.is_public or is_proven else 1
        for company, chunk, rows in chunks(connection, model, size, first):
            receipts = transport.send(model, entity, company, chunk)
            self._count(model, receipts)
            if not (done or is_proven or entity.is_public) and receipts[0].state == "unknown":
                raise TargetUnfit(
                    f"The first row of {model.entity} cannot be accounted for, so the others were not "
                    "sent: look at the job in Data management."
                )
            done += rows
            self.progress.sent(model.name, done, total)

    def _count(self, model: TargetModel, receipts: Sequence[Receipt]) -> None:
        tally = self.tally(model.template)
        kinds = dict(
            self.session.ledger.connection.execute(
                "select key_text, case when went_before then 'again' else class end from chunk"
            ).fetchall()
        )
        for receipt in receipts:
            kind = kinds[receipt.key_text]
            if receipt.state not in ACCEPTED:
                tally.refused += 1
            elif kind == "insert":
                tally.inserted += 1
            elif kind == "update":
                tally.updated += 1

    def _step(self, model: TargetModel, action: Callable[[], None]) -> None:
        """Time an action; an error ends its template only, and what was sent stays in the ledger."""
        tally, started = self.tally(model.template), self.elapsed()
        self.session.attempt(model, action)
        tally.seconds += self.elapsed() - started
