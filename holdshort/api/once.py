"""Idempotency keys: the same request sent twice is done once and answered the same.

The key is taken in the transaction of what is made, together with a receipt of it. So a
repetition finds either nothing, or all of it, even if the first answer never got out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from ninja import Status
from pydantic import BaseModel

from holdshort.api.bearer import Request
from holdshort.api.problems import Problem, respond
from holdshort.flow import Refused
from holdshort.records import db

Receipt = Mapping[str, Any]
Answer = tuple[int, dict[str, Any]]
HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(
    request: Request,
    body: BaseModel,
    make: Callable[[], Receipt],
    answer: Callable[[Receipt], Answer],
) -> Status[Any] | HttpResponse:
    """Do `make` once for this key, then `answer` about what was made; without a key, just do both.

    A refusal that `make` raises is kept as the answer too, with the record it left.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return Status(*answer(make()))
    if not _KEY.fullmatch(key):
        raise Problem("idempotency_key_invalid", f"{HEADER} is 1 to 255 visible characters.")
    who = {"person": request.auth.person.id, "key": key}
    receipt = _receipt(request, body, make, who)
    if isinstance(receipt, HttpResponse | Status):
        return receipt
    status, data = answer(receipt)
    db.run("keep_response", **who, status=status, response=db.as_json(data))
    return Status(status, data)


def _receipt(
    request: Request, body: BaseModel, make: Callable[[], Receipt], who: Mapping[str, str]
) -> Receipt | HttpResponse | Status[Any]:
    """What was made now, or before; or the answer, where there is one already."""
    digest = _digest(request, body)
    with db.transaction():
        if db.value("claim_key", **who, digest=digest) is None:
            return _before(digest, who)
        try:
            receipt = make()
        except Refused as no:
            problem = Problem(no.code, str(no))
            data = db.as_json(problem.as_data())
            db.run("keep_response", **who, status=problem.status, response=data)
            return respond(problem.as_data())
        db.run("keep_receipt", **who, receipt=db.as_json(receipt))
    return receipt


def _before(digest: str, who: Mapping[str, str]) -> Receipt | HttpResponse | Status[Any]:
    kept = db.row("claimed_key", **who)
    assert kept is not None, "a key that is taken is there"
    if kept["request_digest"] != digest:
        raise Problem("idempotency_conflict", f"This {HEADER} was used for another request.")
    response: dict[str, Any] = kept["response"]
    if kept["status"] is None:
        return response
    if kept["status"] >= 400:
        return respond(response)
    return Status(kept["status"], response)


def _digest(request: Request, body: BaseModel) -> str:
    said = [request.method, request.path, body.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
