"""One wrong line about an app must not stop the others."""

from __future__ import annotations

import pytest

from holdshort import wiring
from holdshort.ports import Mirrors, RefusedByTarget, Shape
from tests.connectors.conftest import action
from tests.desk import Desk


def test_an_app_with_wrong_settings_refuses_with_the_reason_and_the_others_work(
    desk: Desk,
) -> None:
    desk.sql(
        "INSERT INTO connector (name, kind, settings) VALUES ('broken', 'scim', '{\"base\": 1}')"
    )
    with desk.role("executor"):
        apps = wiring.connected()
        assert [one.name for one in wiring.mirrored()] == ["directory", "github"]
    assert isinstance(apps["directory"], Mirrors)
    asked = action("idp.suspend", "x")
    assert apps["broken"].shape(asked.type) is Shape.BLIND
    assert apps["broken"].applied(asked, {}, {}) is None
    with pytest.raises(RefusedByTarget, match="settings of connector 'broken' are not valid"):
        apps["broken"].observe(asked)
    with pytest.raises(RefusedByTarget, match="settings of connector 'broken' are not valid"):
        apps["broken"].apply(asked, key="k", seen={}, timeout=1)
