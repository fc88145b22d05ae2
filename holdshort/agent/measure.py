"""Measures the shipped classifier on tickets it never saw.

`python -m holdshort.agent.measure FILE` prints accuracy, calibration error and every mistake.
FILE is like examples.yaml.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holdshort.agent.embedding import Embedder
from holdshort.agent.fit import load_examples
from holdshort.agent.triage import Reading, read, shipped_weights

BINS = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """One measured ticket: its text, its true label and how it was read."""

    text: str
    label: str
    reading: Reading

    @property
    def right(self) -> bool:
        """Whether the label was read correctly."""
        return self.reading.label == self.label


def main() -> None:
    """Print the figures for the file named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("Say which file: python -m holdshort.agent.measure FILE")
    seen = measure(Path(sys.argv[1]))
    for one in seen:
        if not one.right:
            reading = one.reading
            print(f"{one.label} read as {reading.label} ({reading.certainty:.2f}): {one.text}")
    print("\n".join(figures(seen)))


def measure(path: Path) -> list[Seen]:
    """Read every ticket of the file."""
    embedder, weights = Embedder(), shipped_weights()
    return [
        Seen(text, label, read(text, embedder, weights))
        for label, texts in load_examples(path).items()
        for text in texts
    ]


def figures(seen: list[Seen]) -> list[str]:
    """Lines for a person."""
    sure = [one for one in seen if one.reading.certainty >= 0.9]
    sure_right = sum(one.right for one in sure) / max(len(sure), 1)
    unfamiliar = sum(one.reading.unfamiliar for one in seen)
    return [
        f"tickets {len(seen)}",
        f"accuracy {accuracy(seen):.3f}",
        f"expected calibration error ({BINS} bins) {calibration_error(seen):.3f}",
        f"certainty >= 0.9: {len(sure)} tickets, {sure_right:.3f} right",
        f"called unfamiliar: {unfamiliar}",
    ]


def accuracy(seen: list[Seen]) -> float:
    """Share of labels read correctly."""
    return sum(one.right for one in seen) / len(seen)


def calibration_error(seen: list[Seen]) -> float:
    """Mean gap between stated certainty and share right, over equal bins of certainty."""
    certainty = np.array([one.reading.certainty for one in seen])
    right = np.array([one.right for one in seen], dtype=float)
    bins = np.minimum((certainty * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == b).mean() * abs(certainty[bins == b].mean() - right[bins == b].mean())
        for b in set(bins.tolist())
    ]
    return float(sum(gaps))


if __name__ == "__main__":
    main()
