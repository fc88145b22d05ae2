"""How well the shipped classifier reads, measured on tickets that it was not fitted on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from holdshort.agent.embedding import VOCABULARY, Embedder
from holdshort.agent.fit import EXAMPLES, fit, load_examples
from holdshort.agent.measure import Seen, accuracy, calibration_error, measure
from holdshort.agent.triage import Weights, probabilities, read, shipped_weights

HELD_OUT = Path(__file__).with_name("heldout.yaml")


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    return measure(HELD_OUT)


@pytest.fixture(scope="module")
def refitted() -> Weights:
    return fit(load_examples(EXAMPLES), Embedder())


def test_nine_of_ten_unseen_tickets_are_read_right(seen: list[Seen]) -> None:
    assert accuracy(seen) >= 0.9


def test_the_stated_certainty_is_about_as_often_right(seen: list[Seen]) -> None:
    assert calibration_error(seen) <= 0.08


def test_what_is_read_with_certainty_above_nine_tenths_is_nearly_always_right(
    seen: list[Seen],
) -> None:
    sure = [one for one in seen if one.reading.certainty >= 0.9]
    assert len(sure) >= 0.6 * len(seen)
    assert sum(one.right for one in sure) >= 0.98 * len(sure)


def test_no_phishing_report_is_ever_read_as_a_password_reset(seen: list[Seen]) -> None:
    read_as = {one.reading.label for one in seen if one.label == "phishing_report"}
    assert "password_reset" not in read_as


def test_the_held_out_tickets_are_no_examples_and_cover_every_label() -> None:
    examples, held_out = load_examples(EXAMPLES), load_examples(HELD_OUT)
    assert set(examples) == set(held_out) == set(shipped_weights().labels)
    known = {text.casefold() for texts in examples.values() for text in texts}
    again = [t for texts in held_out.values() for t in texts if t.casefold() in known]
    assert len(again) <= 3, again
    assert all(len(texts) >= 10 for texts in held_out.values())
    assert all(len(texts) >= 25 for texts in examples.values())


def test_fitting_again_reads_every_example_the_same(refitted: Weights) -> None:
    shipped = shipped_weights()
    again = probabilities(refitted.examples, refitted)
    before = probabilities(refitted.examples, shipped)
    assert (again.argmax(axis=1) == before.argmax(axis=1)).mean() >= 0.99
    assert abs(refitted.temperature - shipped.temperature) < 0.1


def test_the_weights_belong_to_the_examples_as_they_are_now(refitted: Weights) -> None:
    shipped = shipped_weights()
    assert refitted.labels == shipped.labels
    assert refitted.owners.tolist() == shipped.owners.tolist()
    likeness = (refitted.examples * shipped.examples).sum(axis=1)
    assert likeness.min() > 0.95, "run python -m holdshort.agent.fit"


def test_a_text_unlike_all_examples_is_unfamiliar() -> None:
    reading = read("zygote quarks entangle the baroque fugue", Embedder(), shipped_weights())
    assert reading.unfamiliar


def test_paraphrases_are_near_and_other_matters_are_far() -> None:
    embedder = Embedder()
    asked = embedder.vector("I forgot my password")
    near = float(asked @ embedder.vector("I can't remember my login secret"))
    far = float(asked @ embedder.vector("The printer is jammed"))
    assert near > 0.5 > 0.3 > far
    assert float(asked @ asked) == pytest.approx(1.0, abs=1e-5)


def test_a_vector_is_the_same_whatever_was_read_before_it() -> None:
    embedder = Embedder()
    first = embedder.vector("add me to photo-club")
    embedder.vector("a much longer text about something else, " * 20)
    assert (embedder.vector("add me to photo-club") == first).all()


def test_the_vocabulary_is_the_one_that_the_model_was_trained_with() -> None:
    pieces = VOCABULARY.read_text(encoding="utf-8").splitlines()
    assert len(pieces) == 30_522
    assert [pieces[i] for i in (0, 100, 101, 102, 1996)] == [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "the",
    ]


def test_measuring_prints_real_figures_and_a_missing_file_is_asked_for() -> None:
    command = [sys.executable, "-m", "holdshort.agent.measure"]
    told = subprocess.run([*command, str(HELD_OUT)], capture_output=True, text=True, check=True)
    assert "accuracy 0.9" in told.stdout and "calibration error" in told.stdout
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert asked.returncode == 1 and "Say which file" in asked.stderr
