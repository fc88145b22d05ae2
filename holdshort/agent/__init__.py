"""Agents read a ticket and offer; this package has the local one, which needs no network."""

from __future__ import annotations

from holdshort.ports import Agent


class AgentUnavailable(Exception):
    """The local agent cannot run here; the message says what to install."""


def build() -> Agent:
    """The local agent. Raises AgentUnavailable when its packages are not installed."""
    try:
        from holdshort.agent.local import load
    except ImportError as missing:
        raise AgentUnavailable(
            f"The local agent needs the package {missing.name}. "
            "Install it with: pip install 'holdshort[local-agent]'"
        ) from missing
    return load()
