"""One load or plan at work: the ledger, the target, and the plan of the selected models."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from connection.declarations import TargetModel
from connection.errors import IntegrationError
from connection.manifest import Manifest
from load import plan
from load.canonical import comparable_keys
from load.desired import copy_desired
from load.ledger import Ledger
from load.lookup import property_by_key, rows_by_key
from load.rows import keys_of
from load.settle import Settler
from load.target_metadata import TargetEntity, TargetMetadata


@dataclass
class Session:
    """What planning needs.

    models: those to plan, in the order of sending. locked: keys of rows that the target has locked,
    by model. errors: templates that cannot go on, each with one sentence; the others do.
    """

    manifest: Manifest
    ledger: Ledger
    client: httpx.Client
    wishes: plan.Wishes
    models: tuple[TargetModel, ...] = ()
    locked: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    _metadata: TargetMetadata | None = None

    def entity(self, model: TargetModel) -> TargetEntity:
        """Return a model's entity; raises TargetUnfit when the target does not have it."""
        if self._metadata is None:
            self._metadata = TargetMetadata(self.client)
        return self._metadata.entity(model)

    @property
    def settler(self) -> Settler:
        """Reads rows back."""
        return Settler(self.client, self.ledger)

    def copy_from(self, warehouse: Path, models: Iterable[TargetModel]) -> None:
        """Copy the rows of `models`, their parents and children out of the warehouse."""
        self.models = tuple(models)
        copy_desired(self.ledger.connection, warehouse, self._with_relatives())

    def make_plan(self) -> None:
        """Plan all models: by themselves, then with the target's answers, documents and parents."""
        connection = self.ledger.connection
        for model in self.models:
            self._base_plan(model)
        for model in self.models:
            self.attempt(model, partial(self._look_up, model))
        names = {model.name for model in self.models if model.template not in self.errors}
        plan.hold_documents(connection, self.models, self.locked)
        for model in self.models:
            plan.hold_children(connection, model, names)
        plan.hold_documents(connection, self.models, self.locked)

    def attempt(self, model: TargetModel, action: Callable[[], None]) -> None:
        """Do something for a model; an error ends its template and no other."""
        if model.template in self.errors:
            return
        try:
            action()
        except IntegrationError as error:
            self.errors[model.template] = str(error)

    def plan_again(self, model: TargetModel) -> None:
        """Plan a model once more, after its children were sent."""
        self._base_plan(model)
        self._look_up(model)
        plan.hold_unaccepted(self.ledger.connection, model)

    def _base_plan(self, model: TargetModel) -> None:
        if model.raise_last:
            child = self._named(model.raise_last.children)
            plan.note_pending_children(self.ledger.connection, model, child)
        plan.make_base_plan(self.ledger.connection, model, self.wishes)

    def _look_up(self, model: TargetModel) -> None:
        """Ask the target which keys of new rows it has, and which rows it has locked."""
        present = self._present_keys(model)
        if model.locked_when:
            self.locked[model.name] = self._locked_keys(model)
        plan.apply_lookups(
            self.ledger.connection, model, present, self.locked.get(model.name, ()), self.wishes
        )

    def _present_keys(self, model: TargetModel) -> list[str]:
        new = f"""(
            select source.* from {plan.desired_table(model.name)} as source
            inner join {plan.plan_table(model)} as planned on source.key_text = planned.key_text
            where planned.class = 'insert' and not planned.is_known)"""
        keys = [key for _, key in keys_of(self.ledger.connection, model, new)]
        if not keys:
            return []
        entity = self.entity(model)
        if not entity.is_public:
            return []
        told = rows_by_key(self.client, model, entity, keys, ())
        return comparable_keys(
            self.ledger.connection, [[row[name] for name in model.key] for row in told]
        )

    def _locked_keys(self, model: TargetModel) -> list[str]:
        """Ask only for rows that are in the target and belong to a document that changes."""
        assert model.locked_when is not None  # noqa: S101 - the caller has checked
        changing = " union all ".join(
            f"select document_key, key_text from {plan.plan_table(member)} "
            "where class in ('insert', 'update')"
            for member in self._document_group(model)
        )
        rows = f"""(
            select source.* from {plan.desired_table(model.name)} as source
            inner join {plan.plan_table(model)} as planned on source.key_text = planned.key_text
            where planned.is_known and (
                planned.class = 'update'
                or planned.document_key in (select document_key from ({changing})))
        )"""
        keys = [key for _, key in keys_of(self.ledger.connection, model, rows)]
        if not keys:
            return []
        wanted = model.locked_when
        told = property_by_key(self.client, model, self.entity(model), keys, wanted.property)
        locked = [key for key, value in told if str(value) == wanted.value]
        return comparable_keys(self.ledger.connection, locked)

    def _document_group(self, model: TargetModel) -> Sequence[TargetModel]:
        return [
            other for other in self.models if other.document and other.template == model.template
        ]

    def _with_relatives(self) -> tuple[TargetModel, ...]:
        names: set[str] = {model.name for model in self.models}
        for model in self.models:
            names.update(parent.model for parent in model.parents)
            if model.raise_last:
                names.add(model.raise_last.children)
        return tuple(model for model in self.manifest.targets() if model.name in names)

    def _named(self, name: str) -> TargetModel:
        return next(model for model in self.manifest.models if model.name == name)
