"""What every registered kind declares, and that the suite leaves none of it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdshort import catalogue
from holdshort.connectors import KINDS, Connector, build, kinds
from holdshort.ports import Receipt, RefusedByTarget, Shape
from tests.connectors.conftest import action as action_of

from .cases import CASES
from .conftest import served
from .subjects import CONNECTED, SUBJECTS

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "connectors.md").read_text("utf-8")

every_kind = pytest.mark.parametrize(("kind", "connector"), kinds().items(), ids=kinds())


def section(kind: str) -> str:
    """What the documents say about a kind."""
    found = re.search(rf"^## `{kind}`.*?(?=^## |\Z)", DOCS, re.M | re.S)
    assert found, f"docs/connectors.md has no section ## `{kind}`"
    return found.group()


# ------------------------------------------------------------------ nothing is left out


def test_every_registered_kind_has_a_subject() -> None:
    assert {subject.kind for subject in SUBJECTS} == set(KINDS)
    assert len({subject.name for subject in SUBJECTS}) == len(SUBJECTS)


@every_kind
def test_every_type_that_a_kind_serves_is_in_the_catalogue_and_tried(
    kind: str, connector: type[Connector]
) -> None:
    assert connector.serves <= set(catalogue.REGISTRY)
    assert connector.serves <= set(CASES)
    tried = {case.type for s in CONNECTED if s.kind == kind for case in served(s)}
    assert tried == connector.serves


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_what_is_left_out_is_something_and_has_a_reason(subject: object) -> None:
    drifts = {drift for case in CASES.values() for drift in case.drifts}
    for left_out, reason in subject.without.items():  # type: ignore[attr-defined]
        assert left_out in {"*", *CASES, *drifts}
        assert len(reason) > 20


# ------------------------------------------------------------------ what a kind declares


@every_kind
def test_a_kind_describes_its_settings_and_the_rights_it_needs(
    kind: str, connector: type[Connector]
) -> None:
    for name, field in connector.Settings.model_fields.items():
        assert (field.description or "").endswith("."), f"{kind}.{name} has no description"
    assert all(scope.strip() for scope in connector.scopes)
    if "*" not in next(s.without for s in SUBJECTS if s.kind == kind):
        assert connector.scopes and connector.serves


@every_kind
def test_the_documents_name_every_setting_and_every_type(
    kind: str, connector: type[Connector]
) -> None:
    said = section(kind)
    for name in (*connector.Settings.model_fields, *connector.serves):
        assert f"`{name}`" in said, f"the section about {kind} does not name {name}"
    if connector.serves:
        assert re.search(r"\*The windows? that remains?\*", said)


# ------------------------------------------------------------------ work of a person


def test_the_connector_without_a_target_never_acts() -> None:
    manual = build("by-hand", "manual", {})
    for type in catalogue.REGISTRY:
        action = action_of(type, "somebody")
        assert manual.shape(action.type) is Shape.BLIND
        assert manual.observe(action) == {}
        assert manual.applied(action, {}, {}) is None
        with pytest.raises(RefusedByTarget, match=r"A person carries this out\."):
            assert isinstance(manual.apply(action, key="k", seen={}, timeout=1), Receipt)
