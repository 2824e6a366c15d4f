"""The learned model: made from today's examples, read as it was written, and not needed for a pack to be understood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import BrokenModel
from bot.understanding import Understanding, model
from bot.understanding.intents import intents
from bot.understanding.model import FILE, Model, mark, read, written
from bot.understanding.ranking import known_questions
from content.loader import find, load
from content.pack import Pack
from tests.training import learn

BEN_MAU = Path(__file__).parent.parent / "packs" / "ben-mau"


@pytest.fixture(scope="module")
def small() -> Model:
    """A model of the small pack, learned now."""
    pack = load(BEN_MAU)
    return learn(pack, list(known_questions(pack, {"out_of_scope": ["giá vàng hôm nay", "nấu phở", "trời mưa"]})))


def test_the_model_was_made_from_todays_examples(pack: Pack) -> None:
    learned = model.read(find("sa-dec"))
    assert learned is not None
    today = {mark(label, text) for label, text in known_questions(pack, intents())}
    assert len(today ^ learned.known) == 0, "names or examples have changed: make model"


def test_the_same_examples_give_the_same_bytes(small: Model) -> None:
    pack = load(BEN_MAU)
    again = learn(pack, list(known_questions(pack, {"out_of_scope": ["giá vàng hôm nay", "nấu phở", "trời mưa"]})))
    assert written(again) == written(small)


def test_a_model_is_read_as_it_was_written(tmp_path: Path, small: Model) -> None:
    (tmp_path / FILE).write_text(written(small), encoding="utf-8")
    again = read(tmp_path)
    assert again is not None
    assert (again.labels, again.rows, again.words, again.known) == (
        small.labels,
        small.rows,
        small.words,
        small.known,
    )
    assert np.allclose(again.weights, small.weights, atol=0.051)
    assert written(again) == written(small)


@pytest.mark.parametrize("text", ["", "nonsense", "a\nb\tc\nd\ne\n"], ids=["empty", "one word", "cut short"])
def test_a_damaged_model_says_how_to_mend_it(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BrokenModel, match="make model"):
        read(tmp_path)


def test_a_pack_without_a_model_is_understood_by_likeness() -> None:
    pack = load(BEN_MAU)
    assert read(BEN_MAU) is None
    understanding = Understanding(pack)
    [procedure] = pack.procedures.values()
    for words in (*procedure.names, *procedure.examples):
        assert understanding.understand(words).id == procedure.id, words
    assert understanding.understand("con mèo nhà hàng xóm trèo cây").kind in {"clarify", "out_of_scope"}


def test_what_is_newer_than_the_model_is_found_too(pack: Pack) -> None:
    learned = model.read(find("sa-dec"))
    new = pack.procedures["dang-ky-tam-tru"].model_copy(update={"aliases": ("quấn chiếu dọn tới",)})
    changed = {**pack.procedures, new.id: new}
    understanding = Understanding(
        pack.__class__(**{f: getattr(pack, f) for f in pack.__slots__} | {"procedures": changed}), learned
    )
    assert understanding.understand("quan chieu don toi").id == "dang-ky-tam-tru"
