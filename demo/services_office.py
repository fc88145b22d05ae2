"""The demo company's ERP, e-signatures and GitHub: one function for each call."""

from __future__ import annotations

from collections.abc import Mapping

from demo.services_calls import Call, Calls, No, Reply

# ------------------------------------------------------------------ erp: vendors


def _vendor(call: Call) -> Reply:
    vendor = call.entry("vendors", call.names["vendor"])
    return Reply(200, vendor, vendor["version"])


def _update_vendor(call: Call) -> Reply:
    vendor = call.entry("vendors", call.names["vendor"])
    call.unchanged(vendor)
    if not call.body or not set(call.body) <= {"name", "contact", "bank"}:
        raise No(422, "Only ‘name’, ‘contact’ and ‘bank’ can be changed.")
    merged = {
        name: call.text(name) if name == "name" else {**vendor[name], **_block(call, name)}
        for name in call.body
    }
    if any(vendor[name] != value for name, value in merged.items()):
        call.kept.put("erp", "vendors", vendor["id"], **merged)
        call.kept.event("erp", "vendor_updated", vendor=vendor["id"], fields=sorted(merged))
    return _vendor(call)


def _block(call: Call, name: str) -> Mapping[str, str]:
    block = call.body[name]
    if not isinstance(block, Mapping) or not all(isinstance(v, str) for v in block.values()):
        raise No(422, f"‘{name}’ must be a block of texts.")
    return block


# ------------------------------------------------------------------ erp: contracts


def _contract(call: Call) -> Reply:
    contract = call.entry("contracts", call.names["contract"])
    return Reply(200, contract, contract["version"])


def _change_contract(call: Call) -> Reply:
    """What the vendor or somebody in purchasing does."""
    contract = call.entry("contracts", call.names["contract"])
    if not call.body or not set(call.body) <= {"amount", "note"}:
        raise No(422, "Only ‘amount’ and ‘note’ can be changed.")
    call.kept.put("erp", "contracts", contract["id"], **call.body)
    return _contract(call)


def _renew(call: Call) -> Reply:
    contract = call.entry("contracts", call.names["contract"])
    call.unchanged(contract)
    if call.body.get("amount") != contract["amount"] or (
        call.text("currency") != contract["currency"]
    ):
        raise No(409, "The contract costs something else.")
    return _set_order(call, call.text("reference"))


def _take_back(call: Call) -> Reply:
    contract = call.entry("contracts", call.names["contract"])
    call.unchanged(contract)
    if contract["order"] and not contract["cancellable"]:
        raise No(409, "The contract cannot be cancelled.")
    return _set_order(call, "")


def _set_order(call: Call, order: str) -> Reply:
    contract = call.entry("contracts", call.names["contract"])
    if contract["order"] != order:
        call.kept.put("erp", "contracts", contract["id"], order=order, ordered=bool(order))
        what = "ordered" if order else "order_cancelled"
        call.kept.event("erp", what, contract=contract["id"], amount=contract["amount"])
    return _contract(call)


# ------------------------------------------------------------------ erp: orders of equipment


def _order(call: Call) -> Reply:
    order = call.entry("orders", call.names["order"])
    return Reply(200, order, order["version"])


def _place_order(call: Call) -> Reply:
    number, amount = call.names["order"], call.body.get("amount")
    known = call.kept.entry("erp", "orders", number)
    if bool(call.if_match) is not bool(known):
        raise No(412, "It changed meanwhile.")
    if known is not None:
        call.unchanged(known)
        return _order(call)
    if not isinstance(amount, int):
        raise No(422, "‘amount’ must be a whole number of cents.")
    about = {"item": call.text("item"), "holder": call.text("holder"), "amount": amount}
    order = call.kept.put("erp", "orders", number, state="ordered", **about)
    call.kept.event("erp", "ordered", order=number)
    return Reply(201, order, order["version"])


def _cancel_order(call: Call) -> Reply:
    order = call.kept.entry("erp", "orders", call.names["order"])
    if order is not None:
        call.unchanged(order)
        del call.kept.entries("erp", "orders")[order["id"]]
        call.kept.event("erp", "cancelled", order=order["id"])
    return Reply(204)


# ------------------------------------------------------------------ esign: envelopes


def _template(call: Call) -> Reply:
    template = call.entry("templates", call.names["template"])
    return Reply(200, template, template["version"])


def _set_template(call: Call) -> Reply:
    template = call.entry("templates", call.names["template"])
    entry = call.kept.put("esign", "templates", template["id"], sha256=call.text("sha256"))
    return Reply(200, entry, entry["version"])


def _envelopes(call: Call) -> Reply:
    reference = call.query.get("reference")
    found = call.kept.entries("esign", "envelopes").values()
    listed = [one for one in found if reference in (None, one["reference"])]
    return Reply(200, {"count": len(listed), "envelopes": listed})


def _send_envelope(call: Call) -> Reply:
    template = call.entry("templates", call.text("template"))
    if call.text("sha256") != template["sha256"]:
        raise No(409, "The template is not the one that was approved.")
    number = f"E-{1001 + len(call.kept.entries('esign', 'envelopes'))}"
    envelope = call.kept.put(
        "esign",
        "envelopes",
        number,
        template=template["id"],
        sha256=template["sha256"],
        recipient=call.text("recipient"),
        reference=call.text("reference"),
        state="sent",
    )
    call.kept.event("esign", "sent", envelope=number)
    return Reply(201, envelope, envelope["version"])


ERP: Calls = {
    ("GET", "/v1/vendors/{vendor}"): _vendor,
    ("PATCH", "/v1/vendors/{vendor}"): _update_vendor,
    ("GET", "/v1/contracts/{contract}"): _contract,
    ("PATCH", "/v1/contracts/{contract}"): _change_contract,
    ("PUT", "/v1/contracts/{contract}/order"): _renew,
    ("DELETE", "/v1/contracts/{contract}/order"): _take_back,
    ("GET", "/v1/orders/{order}"): _order,
    ("PUT", "/v1/orders/{order}"): _place_order,
    ("DELETE", "/v1/orders/{order}"): _cancel_order,
}

ESIGN: Calls = {
    ("GET", "/v1/templates/{template}"): _template,
    ("PUT", "/v1/templates/{template}"): _set_template,
    ("GET", "/v1/envelopes"): _envelopes,
    ("POST", "/v1/envelopes"): _send_envelope,
}
