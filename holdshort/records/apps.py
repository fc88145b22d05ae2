"""Django's name for the package that knows the tables."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The tables of Holdshort."""

    name = "holdshort.records"
    label = "records"
