"""One form for every value, and nothing that could be read in two ways."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.canonical import (
    MAX_BYTES,
    MAX_INTEGER,
    Malformed,
    action_bytes,
    action_from,
    canonical,
    check,
    digest,
    parse,
)
from holdshort.core.terms import Action, Target

from .examples import action

texts = st.text(max_size=20).map(lambda text: unicodedata.normalize("NFC", text.replace("\0", "")))
numbers = st.integers(-MAX_INTEGER, MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(texts, values, max_size=4)
actions = st.builds(
    Action,
    **dict.fromkeys(("id", "root", "type"), texts),
    **dict.fromkeys(("requester", "beneficiary", "initiator", "changer"), texts),
    **dict.fromkeys(("version", "position"), numbers),
    **dict.fromkeys(("params", "seen"), objects),
    target=st.builds(Target, texts, texts),
    ticket=st.none() | numbers,
    after=st.lists(texts, max_size=3).map(tuple),
    undoes=st.none() | texts,
)

REFUSED: dict[str, tuple[bytes, str]] = {
    "a repeated key": (b'{"p": {"a": 1, "a": 2}}', "p holds the key a twice"),
    "a repeated key at the top": (b'{"a": 1, "a": 1}', "The document holds the key a twice"),
    "a repeated key in another spelling": (b'{"a": 1, "\\u0061": 1}', "holds the key a twice"),
    "a fraction": (b'{"cost": [1, 1.5]}', "cost[1] is not a whole number"),
    "a fraction that looks whole": (b'{"n": 1.0}', "n is not a whole number"),
    "an exponent": (b"1e3", "not a whole number"),
    "not a number": (b'{"n": NaN}', "n is not a whole number"),
    "infinity": (b'{"n": -Infinity}', "n is not a whole number"),
    "a number too large": (b'{"n": 9007199254740992}', "n is a number beyond"),
    "a number too small": (b'{"n": -9007199254740992}', "n is a number beyond"),
    "thousands of digits": (b'{"n": ' + b"9" * 9000 + b"}", "n is a number beyond"),
    "decomposed text": ('{"n": "e\u0301"}'.encode(), "n is not in Unicode's composed form"),
    "a decomposed key": ('{"g": {"e\u0301": 1}}'.encode(), "A key in g is not in Unicode"),
    "half a character": (b'{"n": "\\ud800"}', "n holds half a character"),
    "half a character as a key": (b'{"\\udfff": 1}', "A key in The document holds half"),
    "a NUL": (b'{"n": "a\\u0000b"}', "n holds a NUL"),
    "33 levels": (b"[" * 33 + b"]" * 33, "nested deeper than 32 levels"),
    "thousands of levels": (b"[" * 16_000 + b"]" * 16_000, "nested deeper than 32 levels"),
    "too many bytes": (b'"' + b"x" * (MAX_BYTES - 1) + b'"', "the limit is 32768"),
    "other encodings": ('"é"'.encode("latin-1"), "Byte 2 is not UTF-8"),
    "a byte-order mark": (b"\xef\xbb\xbf{}", "not JSON: line 1, column 1"),
    "half a document": (b'{\n"a": ', "not JSON: line 2"),
    "two documents": (b"{} {}", "not JSON: line 1, column 4"),
    "nothing": (b"", "not JSON"),
}


@pytest.mark.parametrize(("data", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_has_no_single_reading_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Malformed) as refusal:
        parse(data)
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(Malformed) as refusal:
        parse('{"password": "hunte\u0301r"}'.encode())
    assert "hunt" not in str(refusal.value)


def test_the_limits_themselves_are_allowed() -> None:
    assert parse(b"[" * 32 + b"]" * 32)
    assert len(parse(b'"' + b"x" * (MAX_BYTES - 2) + b'"')) == MAX_BYTES - 2
    assert parse(b"[9007199254740991, -9007199254740991]") == [MAX_INTEGER, -MAX_INTEGER]


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), MAX_INTEGER + 1, "e\u0301", "\ud800", {1: 2}, {"a": {1, 2}}, b"bytes"],
)
def test_parsed_values_are_held_to_the_same_rules(value: Any) -> None:
    with pytest.raises(Malformed):
        check({"params": value})


def test_a_value_whose_form_is_too_long_is_refused() -> None:
    with pytest.raises(Malformed, match="the limit is 32768"):
        check(["x" * 1000] * 33)


def test_the_form_is_that_of_rfc_8785() -> None:
    value = {"\u20ac": 1, "\r": 2, "1": 3, "\U0001f600": 4, "\u0080": 5, "\u00f6": 6}
    form = '{"\\r":2,"1":3,"\u0080":5,"ö":6,"€":1,"😀":4}'
    assert canonical(value) == form.encode()
    assert canonical({"b": [True, None, "\u001f\\"], "a": MappingProxyType({"x": (1,)})}) == (
        b'{"a":{"x":[1]},"b":[true,null,"\\u001f\\\\"]}'
    )


def test_the_digest_is_sha_256_of_the_bytes_as_they_are() -> None:
    assert digest(b"{}") == hashlib.sha256(b"{}").hexdigest()


@given(values)
def test_every_allowed_value_survives_the_round_trip(value: Any) -> None:
    data = canonical(value)
    assert parse(data) == value
    assert canonical(parse(data)) == data


@given(objects, st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, Any], random: Any) -> None:
    keys = list(value)
    random.shuffle(keys)
    assert canonical({key: value[key] for key in keys}) == canonical(value)


@given(values)
def test_spacing_and_escapes_do_not_matter(value: Any) -> None:
    assert canonical(parse(json.dumps(value, indent=2).encode())) == canonical(value)


# ------------------------------------------------------------------ actions


@given(actions)
def test_an_action_survives_the_round_trip_without_its_targets_name(one: Action) -> None:
    named = replace(one, target=replace(one.target, name="Erasable"))
    assert action_from(action_bytes(named)) == one


@given(actions, st.data())
def test_one_changed_bit_changes_the_digest_and_never_reads_as_the_same_action(
    one: Action, data: st.DataObject
) -> None:
    original = action_bytes(one)
    place = data.draw(st.integers(0, len(original) - 1))
    flipped = bytearray(original)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    assert digest(bytes(flipped)) != digest(original)
    with suppress(Malformed):
        assert action_from(bytes(flipped)) != one


def test_the_bytes_of_an_action_are_these_and_stay_these() -> None:
    assert action_bytes(action()).decode() == (
        '{"after":[],"beneficiary":"dana","changer":"agent","id":"act-1","initiator":"agent",'
        '"params":{"group":"build-tools","member":"dana"},"position":0,"requester":"dana",'
        '"root":"act-1","seen":{"member":false},"target":{"connector":"scim","id":"grp-42"},'
        '"ticket":17,"type":"idp.add_to_group","undoes":null,"v":1,"version":1}'
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"v": 2}, "v is not 1"),
        ({"v": True}, "wrong kind: v"),
        ({"confidence": 1}, "the field confidence"),
        ({"ticket": "17"}, "wrong kind: ticket"),
        ({"after": [1]}, "ids of actions"),
        ({"target": "grp-42"}, "wrong kind: target"),
        ({"target": {"connector": "scim", "id": 42}}, "wrong kind: id"),
        ({"target": {"connector": "scim", "id": "42", "name": "X"}}, "the field name"),
    ],
)
def test_bytes_that_are_no_action_are_refused(change: dict[str, Any], sentence: str) -> None:
    fields = parse(action_bytes(action()))
    with pytest.raises(Malformed, match=sentence):
        action_from(canonical(fields | change))


def test_an_action_that_lacks_a_field_is_refused() -> None:
    fields = parse(action_bytes(action()))
    del fields["seen"]
    with pytest.raises(Malformed, match="the field seen"):
        action_from(canonical(fields))


@pytest.mark.parametrize("data", [b"[]", b"null", b'"x"'])
def test_something_else_than_an_object_is_no_action(data: bytes) -> None:
    with pytest.raises(Malformed, match="not a JSON object"):
        action_from(data)


def test_an_action_in_any_other_spelling_is_refused() -> None:
    with pytest.raises(Malformed, match="canonical form"):
        action_from(b" " + action_bytes(action()))
