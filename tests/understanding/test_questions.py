"""Golden questions as a gate: a thousand questions that are in no pack, as people here ask, with the right answer of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.understanding import Understanding
from tests.accuracy import Asked, labelled

QUESTIONS = labelled(Path(__file__).parent / "questions.jsonl")
KNOWN = [q for q in QUESTIONS if q.kind != "out_of_scope"]


@pytest.fixture(scope="module")
def asked(understanding: Understanding) -> list[Asked]:
    """Every question and what it was understood as."""
    return [Asked(question=q, said=understanding.understand(q.text)) for q in QUESTIONS]


def _share(asked: list[Asked], what: str) -> float:
    return sum(bool(getattr(one, what)) for one in asked) / len(asked)


def _shown(asked: list[Asked]) -> str:
    return "\n".join(
        f"{a.question.id or a.question.kind} | {a.question.text} -> {a.said.kind} {a.said.id}" for a in asked
    )


@pytest.mark.parametrize(("what", "least"), [("first", 0.95), ("offered", 0.99)])
def test_the_right_answer_comes_first_or_among_three(asked: list[Asked], what: str, least: float) -> None:
    known = [a for a in asked if a.question.kind != "out_of_scope"]
    assert _share(known, what) >= least, _shown([a for a in known if not getattr(a, what)])


@pytest.mark.parametrize(("kind", "most"), [("known", 0.02), ("out_of_scope", 0.03)])
def test_little_is_answered_wrongly(asked: list[Asked], kind: str, most: float) -> None:
    group = [a for a in asked if (a.question.kind == "out_of_scope") == (kind == "out_of_scope")]
    assert _share(group, "wrong") <= most, _shown([a for a in group if a.wrong])


def test_every_emergency_is_one_and_nothing_else_is(asked: list[Asked]) -> None:
    danger = [a for a in asked if a.question.kind == "emergency"]
    assert _shown([a for a in danger if a.said.kind != "emergency"]) == ""
    assert _shown([a for a in asked if a.said.kind == "emergency" and a not in danger]) == ""


def test_no_way_of_writing_is_left_behind(asked: list[Asked]) -> None:
    """Styles with at least a hundred questions stay within three points of full spelling."""
    known = [a for a in asked if a.question.kind != "out_of_scope"]
    styles: dict[str, list[Asked]] = {}
    for one in known:
        styles.setdefault(one.question.style, []).append(one)
    full = _share(styles["full"], "first")
    behind = {style: _share(group, "first") for style, group in styles.items() if len(group) >= 100}
    assert {style: share for style, share in behind.items() if share < full - 0.03} == {}
