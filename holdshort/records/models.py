"""The one Django model: a human's way to sign in. All other rows are named SQL."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Logins(BaseUserManager["Login"]):
    """Finds a login by its person."""


class Login(AbstractBaseUser):
    """The local account of one human person: password hash and when it was last used."""

    id = models.BigAutoField(primary_key=True)
    person = models.TextField(unique=True)
    is_active = True

    objects: ClassVar[Logins] = Logins()

    USERNAME_FIELD = "person"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        managed = False
        db_table = "login"
