"""Words that must stand in a ticket before an action is staged, and words that forbid it.

The classifier weighs meaning and is blind to small words: "add" and "remove", "do" and "do
not" look alike to it. Cues only ever stop an action; none of them starts one.
"""

from __future__ import annotations

from collections.abc import Mapping

from holdshort.agent.cue import Cue, any_of
from holdshort.agent.cues_of_things import OF_THINGS

DANGER = any_of(
    r"phish\w*",
    r"f[ií]shing (?:e-?)?mail",
    r"fishy",
    r"scam\w*",
    r"suspicious",
    r"fraud\w*",
    r"betrug\w*",
    r"verdächtig\w*",
    r"gefälscht\w*",
    r"fake",
    r"hack(?:ed|er|ing)?",
    r"impersonat\w*",
    r"(?:clicked|pressed|opened) (?:on )?(?:a|the|this|an) (?:\w+ )?(?:link|attachment)",
    r"(?:strange|weird|odd|komische\w*) (?:e-?)?mail",
)
REFUSAL = any_of(
    r"(?:don['’]?t|do not|never|please not|must not be|should not be) (?:\w+ )?"
    r"(?:reset|unlock|add|remove|suspend|disable|deactivate|block|create|give|grant|invite|change|"
    r"delete|erase|transfer|share)(?:ed|d)?",
    r"(?:nicht|kein\w*) (?:\w+ )?(?:zurück\w*|entsperr\w*|hinzu\w*|aufnehm\w*|sperr\w*|anleg\w*|"
    r"lösch\w*|gelöscht)",
)
REMOVING = any_of(
    r"remov\w*",
    r"remve",
    r"unsubscribe\w*",
    r"withdraw\w*",
    r"revoke\w*",
    r"delete\w*",
    r"drop",
    r"kick",
    r"take (?:\w+ )?away",
    r"leav(?:e|ing) (?:the|this|our|group|list)",
    r"want to leave",
    r"opt (?:me|him|her) out",
    r"(?:take|taken|get|pull) (?:\w+ ){0,3}(?:off|out)",
    r"no longer (?:need|be|belong|want|have|in|on)\w*",
    r"(?:not|don['’]t) (?:be|belong) (?:\w+ )?(?:in|to|on)",
    r"entfern\w*",
    r"austrag\w*",
    r"austret\w*",
    r"aus (?:der gruppe|dem verteiler)",
    r"aus$",
)
JOINING = any_of(
    r"add(?:ed|ing)?",
    r"ad (?=me)",
    r"join\w*",
    r"acc?ess\w*",
    r"needs?",
    r"get",
    r"member\w*",
    r"put",
    r"includ\w*",
    r"subscribe",
    r"grant",
    r"permission\w*",
    r"(?:let|get|give|take) me in(?:to)?",
    r"(?:be|am not|not) (?:in|on)",
    r"(?:group|list|mailing list)",
    r"aufgenommen",
    r"aufnehm\w*",
    r"nehmt",
    r"füg\w*",
    r"hinzu\w*",
    r"zugriff\w*",
    r"gruppe",
    r"verteiler",
)
OTHER_SECRETS = any_of(
    r"wi-?fi",
    r"wlan",
    r"voice ?mail",
    r"pdf\w*",
    r"zip",
    r"excel",
    r"spreadsheet",
    r"bitlocker",
    r"router",
    r"printer",
    r"drucker",
    r"database",
    r"server",
    r"(?:zoom|slack|jira|figma|sap|adobe|salesforce|notion|dropbox|linkedin|icloud|gmail|apple|bank)"
    r"(?: \w+)? (?:password|passwort|kennwort|pw|login)",
)
LOCKING = any_of(
    r"(?<=please )(?:lock|block)",
    r"(?:lock|block) (?:\w+ )?(?:out|account|user|login|him|her)",
    r"sperr(?:t|en|e)?",
)
UNLOCKING = any_of(r"unlock\w*", r"entsperr\w*", r"reactivat\w*", r"enable")
SWEEPING = any_of(
    r"delete (?:all|the|every)\b.{0,20}(?:data|files|mails?|records)",
    r"every(?:one|body)",
    r"whole (?:team|company|department)",
    r"all (?:of )?(?:the |our )?(?:users|staff|employees|people|colleagues|accounts)",
)


ALWAYS_FORBIDDEN = (
    (DANGER, "the ticket also speaks of something dangerous, so a person looks first"),
    (REFUSAL, "the ticket also says what not to do"),
    (SWEEPING, "the ticket reaches many people or things at once"),
)

CUES: Mapping[str, Cue] = {
    "password_reset": Cue(
        any_of(r"pass?w?(?:or)?d\w*", r"passwort\w*", r"kennwort\w*", r"pw", r"credentials?"),
        ((OTHER_SECRETS, "it may be about another password than the one for signing in"),),
    ),
    "account_unlock": Cue(
        any_of(
            r"unlo\w*",
            r"locked",
            r"locking",
            r"lockout",
            r"blocked",
            r"lift",
            r"entsperr\w*",
            r"(?:aus)?gesperrt",
            r"freischalt\w*",
        ),
        ((LOCKING, "it may ask for a lock instead of lifting one"),),
    ),
    "group_access": Cue(JOINING, ((REMOVING, "it may be about leaving a group"),)),
    "group_removal": Cue(
        REMOVING,
        ((any_of(r"(?:please |pls |and )add (?!me to and)"), "it also asks to join a group"),),
    ),
    "github_access": Cue(
        any_of(r"git-? ?hub(?:-\w+)?"), ((REMOVING, "it may be about taking GitHub rights away"),)
    ),
    "suspend_account": Cue(
        any_of(
            r"suspend\w*",
            r"disabl\w*",
            r"disbale",
            r"deactivat\w*",
            r"block",
            r"lock",
            r"freeze",
            r"(?:turn|switch) off",
            r"(?:close|cut off|stop|kill)",
            r"sperr\w*",
            r"deaktivier\w*",
            r"stilllegen",
        ),
        ((UNLOCKING, "it may ask to lift a lock instead"),),
    ),
    **OF_THINGS,
    "new_account": Cue(
        any_of(r"creat\w*", r"set ?up", r"new", r"accounts?", r"onboard\w*", r"provision", r"legt")
    ),
}


def evidence(label: str, text: str) -> tuple[str, ...]:
    """The words of the text that speak for the label, as written, at most three."""
    found = (match.group() for match in CUES[label].needs.finditer(text))
    return tuple(dict.fromkeys(found))[:3]


def objection(label: str, text: str) -> str:
    """Why no action may be staged although the label was read; empty when nothing forbids it."""
    for pattern, reason in (*ALWAYS_FORBIDDEN, *CUES[label].forbids):
        match = pattern.search(text)
        if match:
            return f'"{match.group().strip()}": {reason}'
    return ""
