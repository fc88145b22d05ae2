"""The demo company's directory as a process: seeded once, kept, and honest about trouble."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest
import yaml

from demo.directory import group_id, main

from .conftest import ACCOUNT, COMPANY, TOKEN, Admin, Running, directory_process


def arguments(folder: Path, *, port: int = 0) -> list[str]:
    company, token = folder / "company.yaml", folder / "token"
    if not company.exists():
        company.write_text(yaml.safe_dump(COMPANY))
    if not token.exists():
        token.write_text(TOKEN)
    state = folder / "state.json"
    return [
        *("--company", str(company), "--token-file", str(token)),
        *("--state", str(state), "--port", str(port)),
    ]


def number(version: str) -> int:
    return int(version.removeprefix("W/").strip('"'))


def test_it_is_seeded_once_and_keeps_what_changed_across_a_restart(tmp_path: Path) -> None:
    with directory_process(tmp_path) as running:
        admin = Admin(running.url)
        admin.join(group_id("build-tools"), "id-of-dana")
        admin.patch("Users", "id-of-erik", op="replace", path="password", value="a password 1")
        version = admin.read("Users", "id-of-erik")["meta"]["version"]
    with directory_process(tmp_path) as running:
        admin = Admin(running.url)
        assert admin.members(group_id("build-tools")) == {"id-of-dana", "id-of-erik"}
        assert admin.read("Users", "id-of-erik")["meta"]["version"] == version
        assert admin.signs_in("id-of-erik", "a password 1")
        admin.patch("Users", "id-of-erik", op="replace", path="displayName", value="E")
        assert number(admin.read("Users", "id-of-erik")["meta"]["version"]) > number(version)


def test_it_keeps_no_password_in_the_clear_and_returns_none(tmp_path: Path) -> None:
    with directory_process(tmp_path) as running:
        admin = Admin(running.url)
        admin.patch("Users", "id-of-erik", op="replace", path="password", value="plain-words")
        assert "password" not in admin.read("Users", "id-of-erik")
        assert "plain-words" not in running.state.read_text()
        assert running.state.stat().st_mode & 0o077 == 0


def test_every_request_needs_the_token(directory: Running) -> None:
    for path in ("/Users", "/Groups/x"):
        assert httpx.get(directory.url + path).status_code == 401
    sign_in = directory.url.replace("/v2", "/demo/sign-in")
    assert httpx.post(sign_in, json={"userName": "dana", "password": ""}).status_code == 403


def test_a_suspended_or_locked_account_does_not_sign_in(admin: Admin) -> None:
    dana = admin.person()
    admin.patch("Users", dana, op="replace", path="password", value="right")
    assert admin.signs_in(dana, "right")
    assert not admin.signs_in(dana, "wrong")
    admin.patch("Users", dana, op="replace", path=f"{ACCOUNT}:locked", value=True)
    assert not admin.signs_in(dana, "right")
    admin.patch("Users", dana, op="replace", path=f"{ACCOUNT}:locked", value=False)
    admin.patch("Users", dana, op="replace", path="active", value=False)
    assert not admin.signs_in(dana, "right")


def test_an_account_without_a_password_does_not_sign_in(admin: Admin) -> None:
    assert not admin.signs_in(admin.person(), "")


def test_nonsense_at_sign_in_is_a_bad_request(directory: Running) -> None:
    sign_in = directory.url.replace("/v2", "/demo/sign-in")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for body in (b"", b"{", b"[]", b'{"userName": "dana"}'):
        assert httpx.post(sign_in, content=body, headers=headers).status_code == 400
    assert httpx.get(sign_in, headers=headers).status_code == 405


def test_a_group_has_the_same_id_in_every_run() -> None:
    assert group_id("build-tools") == "3539fdcc-1e62-52bf-9543-e45cd4b9e9d3"


@pytest.mark.parametrize("missing", ["company.yaml", "token"])
def test_a_missing_file_is_named(
    tmp_path: Path, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments(tmp_path)
    (tmp_path / missing).unlink()
    assert main(given) == 1
    assert f"{missing} does not exist." in capsys.readouterr().err


@pytest.mark.parametrize("text", ["people: 3", ": {", "- a\n- b", "people: [{name: Ann}]"])
def test_a_company_file_that_is_none_is_said_so(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "company.yaml").write_text(text)
    assert main(arguments(tmp_path)) == 1
    assert "company.yaml" in capsys.readouterr().err
    assert not (tmp_path / "state.json").exists()


def test_a_damaged_state_file_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state.json").write_text('{"version": 3, "pass')
    assert main(arguments(tmp_path)) == 1
    assert "state.json" in capsys.readouterr().err
    assert (tmp_path / "state.json").read_text() == '{"version": 3, "pass'


def test_an_empty_token_opens_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "token").write_text("\n")
    assert main(arguments(tmp_path)) == 1
    assert "is empty" in capsys.readouterr().err


def test_a_port_in_use_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(arguments(tmp_path, port=port)) == 1
    assert f"port {port} is in use" in capsys.readouterr().err
