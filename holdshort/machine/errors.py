"""The one error of this package: a sentence for the person at the terminal."""

from __future__ import annotations


class MachineError(Exception):
    """Something this machine could not do, in plain words with what to do next; never a secret."""
