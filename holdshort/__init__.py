"""Holdshort: a service desk whose AI acts only as far as the consequence allows."""

__version__ = "0.1.0"
