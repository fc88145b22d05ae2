"""Any REST service, driven by a declaration: how each action is looked at, made and recognised.

The declaration is data that an organisation writes and a second person adopts. What it does not
promise is not assumed: without a key or a state to read back a change is never sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from holdshort.connectors import http_filled as filled
from holdshort.connectors import http_members
from holdshort.connectors.directory import Deadline, Gone, Overtaken, never_stood_still
from holdshort.connectors.directory import refuse_drift as refuse
from holdshort.connectors.http_declared import Declaration, Members, Request, Service
from holdshort.connectors.http_wire import Answer, Wire
from holdshort.connectors.places import Console
from holdshort.connectors.references import checked_reference
from holdshort.core.matching import Expected
from holdshort.core.terms import Action, Inquiry, Preview, Target
from holdshort.ports import Drifted, Mirror, Receipt, RefusedByTarget, Shape, Unreachable

_WEAKEST = (Shape.BLIND, Shape.KEYED, Shape.SET)

State = dict[str, Any]


class HttpSettings(BaseModel):
    """Where the service is, which secret opens it, and what it can be asked to do."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field(description="Its root, https://…, or env:NAME that holds it.")
    token: str = Field(description="The bearer token by reference: env:NAME or file:PATH.")
    declaration: Service = Field(description="What it can be asked to do, and how.")
    timeout: float = Field(default=10, gt=0, le=120, description="Seconds for one reading.")
    console: Console = {}
    allow_internal: bool = Field(
        default=False, description="Allow loopback and private addresses, and http to them."
    )

    @field_validator("token")
    @classmethod
    def _by_reference(cls, value: str) -> str:
        return checked_reference(value)


class Http:
    """A REST service as a connected app."""

    Settings: ClassVar[type[BaseModel]] = HttpSettings
    scopes: tuple[str, ...] = ()
    serves: frozenset[str] = frozenset()
    """None by itself: an organisation declares what a service carries out, and the rights."""

    def __init__(self, name: str, settings: HttpSettings) -> None:
        self.name = name
        self._service = settings.declaration
        self._who = settings.declaration.name
        declared = settings.declaration.actions
        self.serves = frozenset(one.type for one in declared)
        self.scopes = tuple(dict.fromkeys(scope for one in declared for scope in one.scopes))
        self._timeout = settings.timeout
        self._wire = Wire(
            settings.base_url,
            settings.token,
            who=self._who,
            allow_internal=settings.allow_internal,
        )

        if settings.declaration.members is not None:
            # Only then is it one of those that tell who belongs to what.
            self.mirror = partial(self._mirror, settings.declaration.members)

    def _mirror(self, members: Members) -> Mirror:
        deadline = Deadline(self._timeout, self._who)
        return http_members.read(members, self._wire, self.name, self._who, deadline)

    def shape(self, action_type: str) -> Shape:
        """The weakest promise of the entries about that type; what is not declared is blind."""
        shapes = [one.shape for one in self._service.actions if one.type == action_type]
        return min(shapes or [Shape.BLIND], key=_WEAKEST.index)

    def observe(self, action: Action) -> Mapping[str, Any]:
        """The declared fields now. Names that start with `_` inform and are never compared."""
        declared = self._declared(action)
        return self._read(declared, action, Deadline(self._timeout, self._who))[0]

    def preview(self, inquiry: Inquiry) -> Preview:
        """The declared fields now, for facts that only the service knows; nothing is changed."""
        return Preview(self.observe(_asked_about(self.name, inquiry)), {})

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        """Send the declared requests in their order, each only if the state is still `seen`."""
        declared = self._declared(action)
        deadline = Deadline(timeout, self._who)
        sent: list[str] = []
        for number, request in enumerate(declared.act, start=1):
            try:
                sent.append(
                    self._send(declared, request, action, f"{key}-{number}", seen, deadline)
                )
            except (Drifted, RefusedByTarget) as no:
                if not sent:
                    raise
                # An earlier request has done a part, so ‘nothing was applied’ would be false.
                raise Unreachable(f"Only a part was done. {no}") from None
        return Receipt({"requests": sent, "key": key})

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        """Whether `now` shows the change; None where it shows a part of it, or nothing can."""
        told = self._declared(action).applied
        if told is None:
            return None
        if self._has(told.equals, action, now) and all(
            name in before and name in now and filled.plain(before[name]) != now[name]
            for name in told.changed
        ):
            return True
        return None if told.begun and self._has(told.begun, action, now) else False

    def expected(self, action: Action) -> Expected | None:
        """The fields as ‘applied’ wants them; a declaration does not say that others stay."""
        declared = self._declared(action)
        told = declared.applied
        if told is None:
            return None
        wanted = {name: filled.value_of(value, action) for name, value in told.equals.items()}
        read = {name for reading in declared.observe for name in reading.fields}
        compared = {name for name in read - wanted.keys() if not name.startswith("_")}
        return Expected(wanted, frozenset({*compared, *told.changed}))

    def probe(self) -> str:
        """Read the declared address, change nothing."""
        answer = self._wire.get(self._service.probe, {}, Deadline(self._timeout, self._who))
        if not answer.exists:
            raise RefusedByTarget(f"{self._who} has nothing at the path to probe. Check base_url.")
        return f"{self._who} answered. Declared here: {', '.join(sorted(self.serves))}."

    # -------------------------------------------------------------- inside

    def _declared(self, action: Action) -> Declaration:
        for one in self._service.actions:
            if one.type == action.type and one.fits(action.params, action.seen):
                return one
        raise RefusedByTarget(f"{self._who} does not carry out {action.type} like this.")

    def _read(
        self, declared: Declaration, action: Action, deadline: Deadline
    ) -> tuple[State, Answer]:
        """The fields of every reading, and the last answer, which is of what is written to."""
        state: State = {}
        for reading in declared.observe:
            path = filled.path_of(reading.path, action)
            answer = self._wire.get(path, filled.query_of(reading.query, action), deadline)
            if answer.exists:
                state |= filled.picked(reading, answer.value, self._who)
            elif reading.absent is not None:
                state |= filled.value_of(reading.absent, action)
            else:
                raise Gone(f"{self._who} has no such entry.")
        return state, answer

    def _send(
        self,
        declared: Declaration,
        request: Request,
        action: Action,
        key: str,
        seen: Mapping[str, Any],
        deadline: Deadline,
    ) -> str:
        path = filled.path_of(request.path, action)
        body = filled.value_of(request.body, action)
        while True:
            now, last = self._read(declared, action, deadline)
            refuse(seen, now, self._who)
            headers = {**self._condition(request, last), **_keyed(request, key)}
            try:
                status = self._wire.send(request, path, body, headers, deadline)
            except Overtaken:
                if deadline.is_half_over:
                    raise never_stood_still(self._who) from None
                continue
            condition = (
                next(iter(headers), "read just before") if request.if_match else "read just before"
            )
            return f"{request.method} {status}, {condition}"

    def _condition(self, request: Request, last: Answer) -> dict[str, str]:
        if not request.if_match:
            return {}
        if not last.exists:
            return {"If-None-Match": "*"}
        if not last.etag:
            raise RefusedByTarget(
                f"{self._who} sent no ETag, which its declaration promises. Nothing was applied."
            )
        return {"If-Match": last.etag}

    def _has(self, wanted: Mapping[str, Any], action: Action, now: Mapping[str, Any]) -> bool:
        return all(
            name in now and _same(now[name], filled.value_of(value, action))
            for name, value in wanted.items()
        )


def _asked_about(name: str, inquiry: Inquiry) -> Action:
    """The action that is not there yet, as far as reading its fields needs one."""
    return Action(
        id="",
        root="",
        version=1,
        type=inquiry.type,
        params=inquiry.words["params"],
        target=Target(name, inquiry.words["target"]),
        requester="",
        beneficiary="",
        initiator="",
        changer="",
        ticket=None,
        seen={},
    )


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON has it, where true is not 1."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _keyed(request: Request, key: str) -> dict[str, str]:
    return {request.key_header: key} if request.key_header else {}
