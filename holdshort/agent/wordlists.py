"""Everyday words, English and German, that help to tell names from words."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TITLES = _set("mr mrs ms miss dr herr herrn frau colleague kollege kollegin")

ALSO_WORDS = _set(
    "will mark may grace art june april august bill rob sue pat jack rose hope faith dean chase "
    "grant max gene guy drew don an so in do my to ray rich summer joy ivy iris olive penny miles "
    "victor christian german chance frank dawn eve holly ruby amber melody page mail it admin "
    "support info help desk test all user guest service root team office group new"
)
"""Names that are also everyday words; in small letters they are the word."""

AFTER_WORD_LIKE = _set(
    "i you we it this that these those the be as please they someone somebody anyone my your"
)
"""After one of these a capital does not make the word before it a name: "Will you"."""

BEFORE_GROUP = _set(
    "to into in from join of group list access off out leave gruppe verteiler aus zur zum"
)
AFTER_GROUP = _set("group team list club channel mailing distribution gruppe verteiler")
ARTICLES = _set("the our a die der das den dem")

GREETINGS = _set("hi hello hey dear hallo liebe lieber moin servus morning afternoon evening")
FAREWELLS = _set("thanks thank you regards wishes best cheers gruß grüße gruss grusse lg vg mfg")

NOT_A_NAME = _set(
    "i he she they we you it this that these those who what my your our his her their its the a an "
    "me us him them myself someone somebody anyone everyone everybody nobody user users account "
    "accounts password passwords passwort kennwort konto zugang login access acces membership "
    "permission permissions people person persons team group groups list lists all new please "
    "hello hi it is and or github git okta sso windows google microsoft office outlook teams azure "
    "slack company guest member members owner maintainer admin colleague coworker employee staff "
    "today tomorrow monday tuesday wednesday thursday friday saturday sunday let there here what "
    "work mfa vpn mail email out in on off er sie es wir ich mich mir uns ihn ihm ihr der die das "
    "request requests requested reset needed required urgent urgently now issue problem link "
    "mein meine meinen dein unser unsere bitte one another some any both rights read write"
)
"""Words that stand where a name could stand and are none."""
