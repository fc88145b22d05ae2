"""The cues of requests about things: software, equipment, contracts, patches, sessions, files."""

from __future__ import annotations

from collections.abc import Mapping

from holdshort.agent.cue import Cue, any_of

_UNDO = (r"remov\w*", r"uninstall\w*", r"deinstall\w*", r"entfern\w*", r"revert\w*")
UNINSTALLING = any_of(*_UNDO, r"get rid of")
BROKEN = any_of(
    r"broken",
    r"repair\w*",
    r"fix",
    r"defect\w*",
    r"kaputt",
    r"defekt\w*",
    r"stolen",
    r"does not work",
)
GIVING_BACK = any_of(r"return\w*", r"cancel\w*", r"hand (?:\w+ )?(?:back|in)", r"zurückgeben")
ENDING = any_of(
    r"cancel\w*",
    r"terminat\w*",
    r"(?:not|don['’]t|no longer) (?:\w+ )?(?:renew|extend|prolong|need)\w*",
    r"let (?:\w+ ){0,4}(?:expire|lapse|run out)",
    r"kündig\w*",
    r"nicht verlängern",
)

GETTING_BACK = any_of(
    r"undelet\w*", r"restor\w*", r"recover\w*", r"(?:\S+ )?back", r"wiederher\w*", r"zurück\w*"
)
ALREADY_GONE = any_of(
    r"(?:I|we|he|she|they|somebody|who) (?:\w+ )?deleted",
    r"(?:was|were|got|has been|have been) (?:\w+ )?(?:deleted|erased)",
    r"gelöscht (?:habe|hat|worden)",
    r"(?:habe|hat|wurden?) (?:\S+ ){0,4}gelöscht",
)

OF_THINGS: Mapping[str, Cue] = {
    "software_install": Cue(
        any_of(
            r"install\w*",
            r"set ?up",
            r"put",
            r"add",
            r"need\w*",
            r"software",
            r"program\w*",
            r"app",
            r"get",
            r"have",
            r"deploy",
            r"brauche\w*",
            r"missing",
        ),
        ((UNINSTALLING, "it may be about removing software"),),
    ),
    "equipment_order": Cue(
        any_of(
            r"order\w*", r"need\w*", r"buy", r"get", r"new", r"bestell\w*", r"brauche\w*", r"like"
        ),
        (
            (BROKEN, "it may be a repair and no order"),
            (GIVING_BACK, "it may be about giving something back"),
        ),
    ),
    "contract_renewal": Cue(
        any_of(r"renew\w*", r"extend\w*", r"prolong\w*", r"(?:\w+)?verläng\w*"),
        ((ENDING, "it may be about ending a contract"),),
    ),
    "patch_rollout": Cue(
        any_of(
            r"patch\w*",
            r"updates?",
            r"deploy\w*",
            r"roll ?out",
            r"hotfix",
            r"kb\d+",
            r"sicherheitsupdates?",
        ),
        ((any_of(r"roll ?back", r"take \w+ off", *_UNDO), "it may be about taking a patch off"),),
    ),
    "firewall_change": Cue(
        any_of(
            r"firewall\w*",
            r"ports?",
            r"traffic",
            r"ip\w*",
            r"whitelist",
            r"(?:tcp|udp|icmp|https?|ssh|sftp)",
            r"\d+\.\d+\.\d+\.\d+",
        )
    ),
    "door_access": Cue(
        any_of(
            r"badges?",
            r"cards?",
            r"doors?",
            r"rooms?",
            r"access",
            r"entry",
            r"enter",
            r"zutritt",
            r"ausweis",
            r"karte",
            r"t[uü]r\w*",
        )
    ),
    "session_revoke": Cue(
        any_of(
            r"sessions?",
            r"(?:sign|log)(?:ged|s|ging|ning|ed)?[ -](?:\w+ ){0,3}(?:out|off|in)",
            r"(?:\w+)?sitzungen",
            r"abmelden",
            r"ab",
            r"sign-?ins?",
            r"logins",
        ),
    ),
    "file_restore": Cue(
        any_of(
            r"restor\w*",
            r"recover\w*",
            r"undelete",
            r"(?:bring|get) (?:\S+ ){0,6}back",
            r"wiederher\w*",
            r"(?:stellt|stelle) (?:\S+ ){0,6}wieder her",
            r"zurück\w*",
        ),
        ((any_of(r"permanent\w*", r"for good"), "it may be about deleting for good"),),
    ),
    "file_delete": Cue(
        any_of(
            r"delet(?:e|ed|ing|ion)",
            r"eras\w*",
            r"remov\w*",
            r"(?:recycle )?bin",
            r"trash",
            r"throw\w* (?:\S+ ){0,6}away",
            r"get rid of",
            r"discard",
            r"wipe",
            r"(?:ge)?lösch\w*",
            r"entfern\w*",
        ),
        (
            (GETTING_BACK, "it may be about getting something back"),
            (ALREADY_GONE, "it may be about something that is deleted already"),
        ),
    ),
    "file_access": Cue(
        any_of(
            r"files?",
            r"folders?",
            r"documents?",
            r"drive",
            r"home directory",
            r"dateien",
            r"ordner",
            r"unterlagen",
            r"laufwerk",
        ),
        (
            (any_of(r"groups?", r"gruppe\w*", r"verteiler"), "it may be about a group"),
            (any_of(r"delet\w*", r"(?:ge)?lösch\w*"), "it also speaks of deleting"),
            (GETTING_BACK, "it may be about getting something back"),
        ),
    ),
}
