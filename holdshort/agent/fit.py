"""Fits the shipped classifier on examples.yaml: `python -m holdshort.agent.fit`.

Multinomial logistic regression on the vectors, by accelerated gradient descent from zero, so
that the same examples give the same weights. The temperature is chosen on predictions for
examples that were left out (five folds), because a model is always too sure of what it has seen.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from holdshort.agent.embedding import Embedder
from holdshort.agent.triage import WEIGHTS, Floats, Weights, softmax

EXAMPLES = Path(__file__).with_name("examples.yaml")
PENALTY = 2e-4
STEPS = 1500
FOLDS = 5
FAMILIAR_SHARE = 0.03
"""This share of the examples would itself be called unfamiliar, were it not an example."""

Positions = NDArray[np.int64]


def main() -> None:
    """Fit and write weights.npz."""
    weights = fit(load_examples(EXAMPLES), Embedder())
    save(weights, WEIGHTS)
    print(
        f"{len(weights.owners)} examples, {len(weights.labels)} labels, "
        f"temperature {weights.temperature:.2f} -> {WEIGHTS.name}"
    )


def load_examples(path: Path) -> dict[str, list[str]]:
    """Texts by label."""
    document: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def fit(examples: dict[str, list[str]], embedder: Embedder) -> Weights:
    """The weights for these examples."""
    labels = tuple(examples)
    vectors = np.array([embedder.vector(text) for texts in examples.values() for text in texts])
    owners = np.repeat(np.arange(len(labels)), [len(texts) for texts in examples.values()])
    slope, offset = regress(vectors, owners, len(labels))
    return Weights(
        labels=labels,
        slope=slope,
        offset=offset,
        temperature=_temperature(vectors, owners, len(labels)),
        floor=_familiarity_floor(vectors, owners, len(labels)),
        examples=vectors,
        owners=owners,
    )


def save(weights: Weights, path: Path) -> None:
    """Write the weights; half precision keeps the file small and moves no prediction."""
    np.savez_compressed(
        path,
        labels=np.array(weights.labels),
        slope=weights.slope.astype(np.float16),
        offset=weights.offset.astype(np.float16),
        temperature=np.float32(weights.temperature),
        floor=weights.floor.astype(np.float16),
        examples=weights.examples.astype(np.float16),
        owners=weights.owners.astype(np.int16),
    )


def regress(vectors: Floats, owners: Positions, labels: int) -> tuple[Floats, Floats]:
    """Slope and offset that explain the owners, each label weighing the same."""
    inputs = np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])
    wanted = np.eye(labels, dtype=np.float32)[owners]
    importance = _equal_say(owners, labels)[:, None]
    rows = np.zeros((labels, inputs.shape[1]), dtype=np.float32)
    ahead = rows
    for step in range(STEPS):
        error = (softmax(inputs @ ahead.T) - wanted) * importance
        slope = error.T @ inputs + PENALTY * ahead
        following = ahead - 2.0 * slope
        ahead = following + step / (step + 3.0) * (following - rows)
        rows = following
    return rows[:, :-1], rows[:, -1]


def _equal_say(owners: Positions, labels: int) -> Floats:
    counts = np.bincount(owners, minlength=labels)
    importance: Floats = (1.0 / (labels * np.maximum(counts, 1)[owners])).astype(np.float32)
    return importance


def _temperature(vectors: Floats, owners: Positions, labels: int) -> float:
    """The temperature under which left-out examples are least surprising."""
    scores = left_out_scores(vectors, owners, labels)
    candidates = np.geomspace(0.2, 5.0, 120)
    return float(min(candidates, key=lambda degree: surprise(scores / degree, owners)))


def left_out_scores(vectors: Floats, owners: Positions, labels: int) -> Floats:
    """Scores of every example by a model that has not seen it."""
    scores = np.zeros((len(owners), labels), dtype=np.float32)
    for fold in range(FOLDS):
        out = np.arange(len(owners)) % FOLDS == fold
        slope, offset = regress(vectors[~out], owners[~out], labels)
        scores[out] = vectors[out] @ slope.T + offset
    return scores


def surprise(scores: Floats, owners: Positions) -> float:
    """Mean negative log-probability of the true labels."""
    chances = softmax(scores)[np.arange(len(owners)), owners]
    return float(-np.log(np.maximum(chances, 1e-9)).mean())


def _familiarity_floor(vectors: Floats, owners: Positions, labels: int) -> Floats:
    """Per label, the likeness that nearly every example has to its nearest sibling."""
    floor = np.zeros(labels, dtype=np.float32)
    for label in range(labels):
        own = vectors[owners == label]
        likeness = own @ own.T
        np.fill_diagonal(likeness, -1.0)
        floor[label] = np.quantile(likeness.max(axis=1), FAMILIAR_SHARE)
    return floor


if __name__ == "__main__":
    main()
