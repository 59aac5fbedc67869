"""The dbt project as this product reads it: source tables, target models and their graph."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connection.declarations import SourceTable, TargetModel, source_tables, target_models
from connection.errors import ManifestError

PROCESSED = "processed_rows"
"""The model that lists the rows which a target took over from its staging tables."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the dbt project declares.

    sources: tables to read from a service, in declaration order. written_tables: tables that
    extract or load writes itself. models: the target models. graph: the content of dbt's manifest.
    """

    sources: tuple[SourceTable, ...]
    written_tables: tuple[SourceTable, ...]
    models: tuple[TargetModel, ...]
    graph: dict[str, Any]

    def templates(self) -> tuple[str, ...]:
        """Return the names of all templates, sorted."""
        return tuple(sorted({model.template for model in self.models}))

    def targets(self, select: Collection[str] | None = None) -> tuple[TargetModel, ...]:
        """Return target models, every one after those it depends on.

        select: names of templates or models; None means all. Order follows the dbt graph and
        the declared parents, then the name. Raises ManifestError for an unknown name or a cycle.
        """
        chosen = self._chosen(select)
        return tuple(model for model in self._ordered() if model.name in chosen)

    def siblings_of(self, model: TargetModel) -> tuple[TargetModel, ...]:
        """Return the other models that send rows with such keys to the same entity."""
        entity = (model.target, model.entity, model.key)
        return tuple(
            other
            for other in self.models
            if other.name != model.name and (other.target, other.entity, other.key) == entity
        )

    def sources_of(self, template: str) -> tuple[SourceTable, ...]:
        """Return the source tables a template reads, directly or through other models.

        A template with a staging table also needs those that tell what the target took over.
        """
        found = self._ancestors(template, through_additive=True)
        if any(model.staging_table for model in self.models if model.template == template):
            found |= self._upstream(self._named(PROCESSED), through_additive=True)
        return self._sources_in(found)

    def gating_sources_of(self, template: str) -> tuple[SourceTable, ...]:
        """Return the source tables that must be fresh before a template is sent.

        Tables reachable only through models with config.meta.additive are left out: what is
        missing behind those can only make rows come later.
        """
        return self._sources_in(self._ancestors(template, through_additive=False))

    def nodes_of(self, template: str) -> tuple[str, ...]:
        """Return the unique ids whose dbt results decide whether a template may be sent.

        The target models, all they are built from (models, seeds, snapshots), and the data tests
        and unit tests of these.
        """
        built = {
            name
            for name in self._ancestors(template, through_additive=True)
            if not name.startswith("source.")
        }
        return tuple(sorted(built | self._tests_of(built)))

    def table(self, system: str, name: str) -> SourceTable:
        """Return one declared table. Raises ManifestError when nobody declares it."""
        for table in (*self.sources, *self.written_tables):
            if (table.system, table.name) == (system, name):
                return table
        raise ManifestError(f"The dbt project declares no source {system}.{name}: add it.")

    def seed_file(self, name: str) -> Path:
        """Return the CSV file of a seed. Raises ManifestError when the project has none."""
        for node in self.graph["nodes"].values():
            if node["resource_type"] == "seed" and node["name"] == name:
                return Path(node["root_path"] or "", node["original_file_path"])
        raise ManifestError(f"The dbt project has no seed {name}: restore it.")

    def _named(self, model: str) -> list[str]:
        """Return the unique ids of the dbt models of that name."""
        return [
            node["unique_id"]
            for node in self.graph["nodes"].values()
            if node["resource_type"] == "model" and node["name"] == model
        ]

    def _chosen(self, select: Collection[str] | None) -> set[str]:
        if select is None:
            return {model.name for model in self.models}
        known = {model.name for model in self.models} | set(self.templates())
        for name in select:
            if name not in known:
                raise ManifestError(
                    f"`{name}` is neither a template nor a target model: choose from "
                    f"{', '.join(sorted(known))}."
                )
        return {m.name for m in self.models if m.name in select or m.template in select}

    def _ordered(self) -> list[TargetModel]:
        """Return the models in dependency order; the same project always gives the same order."""
        by_id = {model.unique_id: model for model in self.models}
        waiting = {
            model.name: self._prerequisites(model, by_id)
            for model in sorted(self.models, key=lambda model: model.name)
        }
        by_name = {model.name: model for model in self.models}
        ordered: list[TargetModel] = []
        while waiting:
            ready = next((name for name, needs in waiting.items() if not needs), None)
            if ready is None:
                raise ManifestError(
                    f"The target models {', '.join(waiting)} are parents of each other: "
                    "remove one `parents` entry or ref."
                )
            del waiting[ready]
            ordered.append(by_name[ready])
            for needs in waiting.values():
                needs.discard(ready)
        return ordered

    def _prerequisites(self, model: TargetModel, by_id: dict[str, TargetModel]) -> set[str]:
        upstream = self._upstream([model.unique_id], through_additive=True)
        from_graph = {by_id[name].name for name in upstream if name in by_id}
        declared = {parent.model for parent in model.parents}
        return (from_graph | declared) - {model.name}

    def _ancestors(self, template: str, *, through_additive: bool) -> set[str]:
        starts = [model.unique_id for model in self.models if model.template == template]
        if not starts:
            raise ManifestError(
                f"There is no template `{template}`: choose from {', '.join(self.templates())}."
            )
        return self._upstream(starts, through_additive=through_additive)

    def _upstream(self, starts: Iterable[str], *, through_additive: bool) -> set[str]:
        """Return `starts` and everything they are built from, unique ids."""
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            name = waiting.pop()
            if name in found or (not through_additive and self._is_additive(name)):
                continue
            found.add(name)
            node = self.graph["nodes"].get(name, {})
            waiting.extend(node.get("depends_on", {}).get("nodes", ()))
        return found

    def _is_additive(self, name: str) -> bool:
        node = self.graph["nodes"].get(name, {})
        return bool(node.get("config", {}).get("meta", {}).get("additive", False))

    def _sources_in(self, names: set[str]) -> tuple[SourceTable, ...]:
        return tuple(table for table in self.sources if table.unique_id in names)

    def _tests_of(self, built: set[str]) -> set[str]:
        """Return the tests that judge nothing but `built`; a generic test judges its own node."""
        tests = {
            name
            for name, node in self.graph["nodes"].items()
            if node["resource_type"] == "test" and self._judges(node, built)
        }
        return tests | {
            name
            for name, test in self.graph.get("unit_tests", {}).items()
            if built.intersection(test["depends_on"]["nodes"])
        }

    def _judges(self, test: dict[str, Any], built: set[str]) -> bool:
        attached = test.get("attached_node")
        if attached:
            return attached in built
        needs = {name for name in test["depends_on"]["nodes"] if not name.startswith("source.")}
        return bool(needs) and needs <= built


def read_manifest(project_dir: str | Path) -> Manifest:
    """Parse the dbt project and return what it declares.

    Raises ManifestError with dbt's own sentence, or naming the table, model and column whose
    declaration is incomplete.
    """
    # Importing dbt takes more than a second, which commands that never parse need not wait for.
    from connection.parse import parse_project

    return manifest_of(parse_project(Path(project_dir)))


def manifest_of(graph: dict[str, Any]) -> Manifest:
    """Return the declarations in the content of a manifest.json."""
    declared, models = source_tables(graph), target_models(graph)
    names = {model.name for model in models}
    for table in declared:
        for name in table.models:
            if name not in names:
                raise ManifestError(
                    f"The source {table.label} names {name}, which is no target model: correct its "
                    "`models`."
                )
    return Manifest(
        sources=tuple(table for table in declared if not table.written_by),
        written_tables=tuple(table for table in declared if table.written_by),
        models=models,
        graph=graph,
    )
