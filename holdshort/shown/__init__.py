"""An action, a review and a decision record as plain data: one form for API, CLI and screens.

Times are ISO 8601 texts; None is what does not exist yet.
"""

from holdshort.shown.actions import action, rendering, review
from holdshort.shown.attachments import attachment
from holdshort.shown.parts import consequence, facts, plain, preview
from holdshort.shown.records import record

__all__ = [
    "action",
    "attachment",
    "consequence",
    "facts",
    "plain",
    "preview",
    "record",
    "rendering",
    "review",
]
