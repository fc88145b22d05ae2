"""The real directory: interrupted password resets, and a credential that is wrong or missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import COMPANY
from tests.crash.scene import Scene
from tests.crash.test_doubts import everything
from tests.directory import running_directory

TOKEN = "not-the-token-but-secret-all-the-same"


@pytest.mark.parametrize("missing", [False, True])
def test_a_wrong_credential_is_a_clear_sentence_without_the_secret(
    on: Scene, tmp_path: Path, missing: bool
) -> None:
    wrong = tmp_path / "wrong-token"
    if not missing:
        wrong.write_text(TOKEN)
        wrong.chmod(0o600)
    log = tmp_path / "log"
    action = on.authorized()
    with running_directory(tmp_path, COMPANY) as directory:
        settings = {"base_url": directory.url, "token": f"file:{wrong}", "allow_internal": True}
        assert on.execute(action, settings=settings, log=log) == 0
    assert (on.state(action), on.stands(action)) == ("not_applied", "with_person")
    assert f"file:{wrong}" in on.why(action)
    assert str(wrong) not in on.said(action)
    assert TOKEN not in everything(on) + log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("moment", ["apply:before", "apply:after", "settle:before"])
def test_an_interrupted_reset_ends_with_a_password_that_works_and_can_be_read(
    on: Scene, tmp_path: Path, moment: str
) -> None:
    on.desk.agent.will("idp.reset_password", person="dana")
    action = on.desk.action(on.desk.ask("dana", "I forgot my password")).action.id
    key, log = tmp_path / "reset-key", tmp_path / "log"
    key.write_text("what passwords are derived from")
    with running_directory(tmp_path, COMPANY) as directory:
        settings = {
            "base_url": directory.url,
            "token": f"file:{tmp_path / 'directory-token'}",
            "reset_key": f"file:{key}",
            "allow_internal": True,
        }
        assert on.execute(action, settings=settings, log=log, at=moment) == -9
        assert on.execute_later(action, settings=settings, log=log) == 0
        assert on.state(action) == "executed"
        secret = on.desk.read_secret("dana", action)
        assert directory.accepts("dana", secret)
    assert secret not in everything(on) + log.read_text()
