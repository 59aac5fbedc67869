"""One load or plan at work: the ledger, the targets, and the plan of the selected models."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import httpx

from connection.declarations import DATAVERSE, FINOPS, Lock, TargetModel
from connection.errors import IntegrationError
from connection.executions import Executions
from connection.manifest import Manifest
from connection.settings import Settings
from load import holds, plan
from load.canonical import comparable_keys
from load.companies import package_company
from load.comparison import note_pending_children
from load.dataverse_metadata import DataverseMetadata
from load.desired import copy_desired, copy_keys, desired_table, plan_table
from load.finops_metadata import FinopsMetadata
from load.ledger import Ledger
from load.lookup import property_by_key, rows_by_key
from load.rows import keys_of
from load.settle import Settler
from load.target_entity import Metadata, TargetEntity


@dataclass
class Session:
    """What planning needs. clients: by target.

    models: those to plan, in the order of sending. locked: keys of rows that the target has locked,
    by model. errors: templates that cannot go on, each with one sentence; the others do.
    """

    settings: Settings
    manifest: Manifest
    ledger: Ledger
    clients: Mapping[str, httpx.Client]
    executions: Executions
    wishes: plan.Wishes
    models: tuple[TargetModel, ...] = ()
    locked: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    _metadata: dict[str, Metadata] = field(default_factory=dict)

    def entity(self, model: TargetModel) -> TargetEntity:
        """Return a model's entity; raises TargetUnfit when the target does not have it."""
        if not self._metadata:
            self._metadata = {
                FINOPS: FinopsMetadata(self.clients[FINOPS]),
                DATAVERSE: DataverseMetadata(self.clients[DATAVERSE]),
            }
        return self._metadata[model.target].entity(model)

    def company(self, model: TargetModel) -> str:
        """Return the company in which rows of a model go that belong to none; "" in Dataverse."""
        if model.has_companies or model.target == DATAVERSE:
            return ""
        return package_company(self.settings, self.manifest)

    @property
    def settler(self) -> Settler:
        """Reads rows back."""
        return Settler(self.clients, self.ledger, self.executions)

    def copy_from(self, catalog: str, models: Iterable[TargetModel]) -> None:
        """Copy the rows of `models`, their parents and children out of the attached warehouse.

        A template for which a table is missing cannot go on.
        """
        wanted = tuple(models)
        related = {model.name: self._with_relatives(model) for model in wanted}
        names = set().union(*related.values())
        missing = copy_desired(
            self.ledger.connection,
            catalog,
            [model for model in self.manifest.models if model.name in names],
        )
        siblings = {
            other.name: other for model in wanted for other in self.manifest.siblings_of(model)
        }
        for sibling in siblings.values():
            copy_keys(self.ledger.connection, catalog, sibling)
        for model in wanted:
            for name in sorted(related[model.name] & set(missing)):
                self.errors.setdefault(model.template, missing[name])
        self.models = tuple(model for model in wanted if model.template not in self.errors)

    def make_plan(self) -> None:
        """Plan all models: by themselves, then with the target's answers, documents and parents."""
        connection = self.ledger.connection
        for model in self.models:
            self._base_plan(model, self.wishes)
        for model in self.models:
            self.attempt(model, partial(self._look_up, model))
        names = {model.name for model in self.models if model.template not in self.errors}
        holds.hold_documents(connection, self.models, self.locked)
        for model in self.models:
            holds.hold_children(connection, model, names)
        holds.hold_documents(connection, self.models, self.locked)

    def attempt(self, model: TargetModel, action: Callable[[], None]) -> None:
        """Do something for a model; an error ends its template and no other."""
        if model.template in self.errors:
            return
        try:
            action()
        except IntegrationError as error:
            self.errors[model.template] = str(error)

    def hold_again(self, model: TargetModel) -> None:
        """Just before sending: hold rows whose parent the target has not accepted by now.

        The first model of a document group answers for the whole group: once a part of a document
        is sent, it is too late to find that another part cannot go.
        """
        group = self._document_group(model) if model.document else [model]
        inside = {member.name for member in group}
        if model == group[0]:
            for member in group:
                holds.hold_unaccepted(self.ledger.connection, member, inside)
            holds.hold_documents(self.ledger.connection, group, self.locked)
        holds.hold_unaccepted(self.ledger.connection, model)

    def plan_again(self, model: TargetModel) -> None:
        """Plan a model once more, after its children were sent; what was refused stays so."""
        self._base_plan(model, replace(self.wishes, retry=False))
        self._look_up(model)
        holds.hold_unaccepted(self.ledger.connection, model)

    def _base_plan(self, model: TargetModel, wishes: plan.Wishes) -> None:
        if model.raise_last:
            child = self._named(model.raise_last.children)
            note_pending_children(self.ledger.connection, model, child)
        plan.make_base_plan(self.ledger.connection, model, wishes)

    def _look_up(self, model: TargetModel) -> None:
        """Find out which keys of new rows the target has, from whom, and which rows it has locked."""
        connection = self.ledger.connection
        plan.apply_present(connection, model, self._present_keys(model), self.wishes)
        siblings = self.manifest.siblings_of(model)
        order = [other.name for other in self.manifest.targets()] if siblings else []
        for sibling in siblings:
            goes_first = order.index(sibling.name) < order.index(model.name)
            plan.apply_sibling(connection, model, sibling, self.wishes, goes_first=goes_first)
        if model.locked_when:
            self.locked[model.name] = self._locked_keys(model, model.locked_when)
            plan.apply_locked(connection, model, self.locked[model.name])

    def _present_keys(self, model: TargetModel) -> list[str]:
        new = f"""(
            select source.* from {desired_table(model.name)} as source
            inner join {plan_table(model)} as planned on source.key_text = planned.key_text
            where planned.class = 'insert' and not planned.is_known
                and not coalesce(source._exists_in_target, false))"""
        keys = [key for _, key in keys_of(self.ledger.connection, model, new)]
        if not keys:
            return []
        entity = self.entity(model)
        if not entity.is_public:
            return []
        told = rows_by_key(self.clients[model.target], model, entity, keys, ())
        return comparable_keys(
            self.ledger.connection, [[row[name] for name in model.key] for row in told]
        )

    def _locked_keys(self, model: TargetModel, wanted: Lock) -> list[str]:
        """Ask only for rows that are in the target and belong to a document that changes."""
        changing = " union all ".join(
            f"select document_key, key_text from {plan_table(member)} "
            "where class in ('insert', 'update')"
            for member in self._document_group(model)
        )
        rows = f"""(
            select source.* from {desired_table(model.name)} as source
            inner join {plan_table(model)} as planned on source.key_text = planned.key_text
            where (planned.is_known or planned.class = 'update') and (
                planned.class = 'update'
                or planned.document_key in (select document_key from ({changing})))
        )"""
        keys = [key for _, key in keys_of(self.ledger.connection, model, rows)]
        if not keys:
            return []
        told = property_by_key(
            self.clients[model.target], model, self.entity(model), keys, wanted.property
        )
        locked = [key for key, value in told if str(value) == wanted.value]
        return comparable_keys(self.ledger.connection, locked)

    def _document_group(self, model: TargetModel) -> Sequence[TargetModel]:
        return [
            other for other in self.models if other.document and other.template == model.template
        ]

    def _with_relatives(self, model: TargetModel) -> set[str]:
        children = {model.raise_last.children} if model.raise_last else set()
        return {model.name, *(parent.model for parent in model.parents), *children}

    def _named(self, name: str) -> TargetModel:
        return next(model for model in self.manifest.models if model.name == name)
