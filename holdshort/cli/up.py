"""`holdshort up`: PostgreSQL, the directory of the demo, and the four processes, together."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from holdshort.cli import beside, company_file
from holdshort.cli.base import CommandError
from holdshort.cli.demo_databases import demo_databases
from holdshort.cli.demo_systems import demo_systems
from holdshort.machine import keys
from holdshort.machine.database_url import database_url
from holdshort.machine.folders import data_folder
from holdshort.machine.ports import require_port
from holdshort.machine.postgres import embedded_postgres
from holdshort.machine.supervisor import Supervisor

if TYPE_CHECKING:
    from holdshort.company.schema import Company

SECONDS_FOR_DIRECTORIES = 20


@dataclass(frozen=True, slots=True)
class Ready:
    """What `up` tells when everything runs."""

    url: str
    sign_in: str
    tokens: Mapping[str, str]
    people: Mapping[str, str]


def up(
    *, data: Path, host: str, port: int, company: Path | None, demo: bool, as_json: bool
) -> None:
    """Run everything until Ctrl-C. Raises MachineError or CommandError with one clear line."""
    require_port(host, port)
    data = data_folder(data)
    file = company or (Path(str(files("demo") / "company.yaml")) if demo else None)
    loaded, errors = company_file.read(file)
    say = (lambda line: None) if as_json else _say
    with Supervisor(data / "log", say=_say) as supervisor:
        say("Starting PostgreSQL …")
        admin = os.environ.get("DATABASE_URL") or _own_postgres(supervisor, data)
        say("Preparing the database …")
        _prepare(admin, data)
        if errors is not None and file is not None:
            loaded, file = company_file.last_good(errors, file, data, say=_say)
        secrets: dict[str, str] = {}
        if demo and loaded:
            loaded, secrets = _with_databases(admin, data, loaded)
        _load(None if errors else loaded, demo=demo)
        if demo and file:
            secrets |= demo_systems(supervisor, data, file, _clean_environment())
        beside.keep_named(data, secrets)
        _add_processes(supervisor, admin, data, host, port, secrets, demo=demo)
        supervisor.start()
        say("Starting the desk …")
        url = f"http://{_address(host)}:{port}"
        beside.keep_address(data, url)
        supervisor.wait_until(lambda: _answers(url), 90, "the desk to answer")
        say("Reading the directory …")
        patience = time.monotonic() + SECONDS_FOR_DIRECTORIES
        supervisor.wait_until(
            lambda: _directories_are_read() or time.monotonic() > patience, 60, "the directory"
        )
        if not _directories_are_read():
            _say("The directory does not answer. Until it does, everything about access waits.")
        _tell(_ready(url, loaded, demo=demo), data, as_json=as_json)
        warn_of_safe_mode(url)
        supervisor.wait()


def _own_postgres(supervisor: Supervisor, data: Path) -> str:
    postgres = embedded_postgres(data)
    supervisor.keep("postgres", postgres)
    return postgres.start()


def _prepare(admin: str, data: Path) -> None:
    """Roles and tables, through the administrator's connection that only this process has."""
    from holdshort.records import install

    install.create_roles(admin, keys.role_passwords(data))
    os.environ.update(DATABASE_URL=admin, HOLDSHORT_ROLE="")
    os.environ["DJANGO_SETTINGS_MODULE"] = "holdshort.settings"
    import django

    django.setup()
    install.migrate()


def _with_databases(admin: str, data: Path, company: Company) -> tuple[Company, dict[str, str]]:
    """The demo's databases: the company with the accounts in them, and what reaches them."""
    made = demo_databases(admin, data, company)
    if made.problem:
        _say(made.problem)
    return made.company, dict(made.named)


def _load(company: Company | None, *, demo: bool) -> None:
    from holdshort.records import db
    from holdshort.records.company import apply
    from holdshort.stops import adopting

    if company is not None:
        applied = apply(company, demo=demo)
        if not applied.in_force:
            _say(f"The file loosens a control, so it waits. {adopting.how_it_ends(applied.author)}")
    elif db.row("policy_in_force") is None:
        raise CommandError(
            "No organisation is loaded yet. Try `holdshort up --demo`, or write a company.yaml "
            "and start with --company FILE."
        )


def _add_processes(
    supervisor: Supervisor,
    admin: str,
    data: Path,
    host: str,
    port: int,
    secrets: Mapping[str, str],
    *,
    demo: bool,
) -> None:
    from holdshort.records.roles import PROCESSES, role_names

    private, public = keys.seal_key_files(data)
    passwords = keys.role_passwords(data)
    common = {**_clean_environment(), "HOLDSHORT_DEMO": "1" if demo else ""}
    own = {
        "web": {
            "HOLDSHORT_SEAL_PRIVATE_KEY": str(private),
            "HOLDSHORT_SECRET_KEY": keys.django_secret(data),
            "HOLDSHORT_HOSTS": ",".join({host, "127.0.0.1", "localhost", "[::1]"}),
        },
        "desk": {
            "HOLDSHORT_WITNESS": str(data / "witness" / "desk.json"),
            **_named(_by_notices()),
        },
        "executor": {
            "HOLDSHORT_WITNESS": str(data / "witness" / "executor.json"),
            "HOLDSHORT_SEAL_PUBLIC_KEY": str(public),
            "HOLDSHORT_RESET_KEY": keys.reset_key(data),
            **_named(_by_apps()),
            **secrets,
        },
    }
    for process in PROCESSES:
        address = database_url(admin, role_names()[process], passwords[process])
        env = {**common, f"HOLDSHORT_{process.upper()}_DATABASE_URL": address}
        options = ("--host", host, "--port", str(port)) if process == "web" else ()
        argv = (sys.executable, "-m", "holdshort", process, "--data", str(data), *options)
        supervisor.add(process, argv, {**env, **own.get(process, {})})


def _clean_environment() -> dict[str, str]:
    """Our environment without database addresses and the secrets of apps, mail and pager."""
    hidden = {"DATABASE_URL", *_named(_by_apps()), *_named(_by_notices())}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in hidden and not name.endswith("_DATABASE_URL")
    }


def _by_apps() -> Iterable[Any]:
    """What the settings of connected apps say; only the executor gets the secrets they name."""
    from holdshort.records import db

    return [value for row in db.rows("connectors") for value in row["settings"].values()]


def _by_notices() -> Iterable[Any]:
    """What the settings of mail and pager say; only the desk gets the secrets they name."""
    from holdshort.records import db

    said = db.value("company_section", section="notices") or {}
    return [value for part in ("mail", "pager") for value in (said.get(part) or {}).values()]


def _named(values: Iterable[Any]) -> dict[str, str]:
    """What these settings refer to as env:NAME, as far as it is set."""
    named = {
        value.removeprefix("env:")
        for value in values
        if isinstance(value, str) and value.startswith("env:")
    }
    return {name: os.environ[name] for name in named if name in os.environ}


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/ready", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def _directories_are_read() -> bool:
    from holdshort.records import db

    if not db.rows("connectors"):
        return True
    return bool((db.row("mirror_read_at") or {}).get("fresh"))


def _address(host: str) -> str:
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
    return anywhere.get(host, f"[{host}]" if ":" in host else host)


def _ready(url: str, company: Company | None, *, demo: bool) -> Ready:
    from holdshort.records import db, signin

    owner = db.value("first_owner")
    tokens: dict[str, str] = {}
    people: dict[str, str] = {}
    if demo and company is not None and company.demo is not None:
        roles: dict[str, Any] = company.demo.roles.model_dump()
        people = {role: str(person) for role, person in roles.items()}
        tokens = _demo_tokens(people, company)
    link = f"{url}/sign-in/link/{signin.new_link(owner)}"
    return Ready(url, link, tokens, people)


def _demo_tokens(people: Mapping[str, str], company: Company) -> dict[str, str]:
    from holdshort.records import db, tokens

    assert company.demo is not None
    db.run("drop_tokens", label="demo")
    return {
        role: tokens.create(
            person,
            issuer=company.demo.second_account.issuer if role.endswith("second_account") else None,
            scopes=tokens.DEMO_SCOPES[role],
            label="demo",
            sponsor=people["requester"] if role == "agent" else None,
        )
        for role, person in people.items()
    }


def _tell(ready: Ready, data: Path, *, as_json: bool) -> None:
    if as_json:
        told = {"url": ready.url, "sign_in": ready.sign_in}
        print(json.dumps({**told, "tokens": ready.tokens, "people": ready.people}), flush=True)
        return
    print(f"\nHoldshort runs on {ready.url}\nSign in (works once): {ready.sign_in}")
    if ready.tokens:
        command = Path(sys.executable).with_name("holdshort")
        words = f"{command} person link dana --data {data}"
        print(f"As somebody else, for example Dana: {words}")
        print("\nTokens of the demo, by role:")
        for role, token in ready.tokens.items():
            print(f"  {role:<26}{ready.people[role]:<10}{token}")
    print("\nCtrl-C stops it.", flush=True)


def warn_of_safe_mode(url: str) -> None:
    """Say that nothing runs, why, and where to go."""
    from holdshort.records import safe_mode

    if halt := safe_mode.halt():
        _say(f"\nNothing runs: {halt.why} See what may have happened since: {url}/safe-mode")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
