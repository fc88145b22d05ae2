"""Reads what a ticket is about: a label, how certain, and whether anything like it is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdshort.agent.embedding import Embedder

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("weights.npz")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text is about.

    `certainty` is the calibrated probability of the label, 0 to 1. `likeness` is the cosine to
    the nearest example of that label; `unfamiliar` says that it is lower than examples of the
    label are to each other. `cut` says that the end of the text was not read.
    """

    label: str
    certainty: float
    likeness: float
    unfamiliar: bool
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """What fitting learns: one row of numbers per label, and the examples' own vectors.

    `slope` (labels x 384) and `offset` give scores; dividing them by `temperature` makes the
    certainty honest. `floor` is, per label, the likeness below which a text is unfamiliar.
    """

    labels: tuple[str, ...]
    slope: Floats
    offset: Floats
    temperature: float
    floor: Floats
    examples: Floats
    owners: NDArray[np.int64]
    """For each example the position of its label."""


@cache
def shipped_weights() -> Weights:
    """The weights in this folder."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return Weights(
            labels=tuple(str(label) for label in stored["labels"]),
            slope=stored["slope"].astype(np.float32),
            offset=stored["offset"].astype(np.float32),
            temperature=float(stored["temperature"]),
            floor=stored["floor"].astype(np.float32),
            examples=stored["examples"].astype(np.float32),
            owners=stored["owners"].astype(np.int64),
        )


def read(text: str, embedder: Embedder, weights: Weights) -> Reading:
    """Read one text."""
    embedded = embedder.embed(text)
    chances = probabilities(embedded.vector[None, :], weights)[0]
    best = int(chances.argmax())
    likeness = float((weights.examples[weights.owners == best] @ embedded.vector).max())
    return Reading(
        label=weights.labels[best],
        certainty=float(chances[best]),
        likeness=likeness,
        unfamiliar=likeness < float(weights.floor[best]),
        cut=embedded.cut,
    )


def probabilities(vectors: Floats, weights: Weights) -> Floats:
    """The calibrated probability of every label, one row per vector."""
    scores = vectors @ weights.slope.T + weights.offset
    return softmax(scores / weights.temperature)


def softmax(scores: Floats) -> Floats:
    """Scores to probabilities, row by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
