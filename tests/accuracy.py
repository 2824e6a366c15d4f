"""How well questions are understood: `python -m tests.accuracy [FILE] [--misses] [--half 0|1]`.

Without FILE: the pack's own examples, each asked of an understanding that never saw it (five folds).
With FILE: labelled questions, one JSON a line (`q`, `kind`, `id`, `accept`, `style`, `source`), as acceptance counts them:
right is the labelled id or an accepted one; offered, right or among the candidates; wrong, answered with something else.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bot.understanding import Understanding
from bot.understanding.intents import intents
from bot.understanding.lexicon import fold
from bot.understanding.model import read
from bot.understanding.ranking import known_questions
from content.loader import find, load
from content.pack import Pack
from handlers.contract import Understood
from tests.folds import FOLDS, fold_of, half_of, thinned
from tests.training import learn

KIND_DECIDES: Final = frozenset({"smalltalk", "handover", "report", "appointment", "bulletin"})
NOT_ANSWERED: Final = frozenset({"clarify", "out_of_scope", "handover", "smalltalk"})
ASKED_BACK: Final = NOT_ANSWERED - {"smalltalk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One labelled question."""

    text: str
    kind: str
    id: str | None = None
    accept: tuple[str, ...] = ()
    style: str = "full"
    source: str = "pack"

    def is_right(self, kind: str, id_: str | None) -> bool:
        """Whether an answer of this kind and id is what was asked for."""
        if id_ and id_ in {self.id, *self.accept}:
            return True
        if f"kind:{kind}" in self.accept:
            return True
        return (self.id is None or self.kind in KIND_DECIDES) and kind == self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and what was understood."""

    question: Question
    said: Understood

    @property
    def first(self) -> bool:
        return self.question.is_right(self.said.kind, self.said.id)

    @property
    def offered(self) -> bool:
        return self.first or any(self.question.is_right(c.kind, c.id) for c in self.said.candidates[:3])

    @property
    def wrong(self) -> bool:
        if self.question.kind == "out_of_scope":
            return self.said.kind not in NOT_ANSWERED
        return not self.first and self.said.kind not in ASKED_BACK


def labelled(path: Path) -> list[Question]:
    """The questions of a file."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Question(
            text=row["q"],
            kind=row["kind"],
            id=row["id"],
            accept=tuple(row.get("accept", ())),
            style=row.get("style", "full"),
            source=row.get("source", "file").split(":")[0],
        )
        for row in rows
    ]


def own_questions(pack: Pack) -> Iterator[Question]:
    """Every example of the pack and of the intents, labelled with what it stands under."""
    for id_, item in pack.items():
        if unit := pack.unit_of(id_):
            for text in unit.hotline_examples:
                yield Question(text=text, kind="hotline", id=id_, style=style_of(text))
            continue
        kind = "initiative" if id_ in pack.initiatives or id_.startswith("club:") else "procedure"
        kind = {"hotline": "hotline", "homestay": "homestay", "sight": "homestay"}.get(id_.partition(":")[0], kind)
        own = "hoi-quan" if id_.startswith("club:") else id_
        for text in item.examples:
            yield Question(text=text, kind=kind, id=own, style=style_of(text))
    for label, texts in intents().items():
        head = label.partition(":")[0]
        id_or_none = label if head in {"hotline", "homestay"} and label != "hotline:unit" else None
        for text in texts:
            yield Question(text=text, kind=head, id=id_or_none, style=style_of(text), source="intents")


def style_of(text: str) -> str:
    """Full or bare, as far as letters tell."""
    return "full" if fold(text) != text.lower() else "bare"


def cross_validated(pack: Pack, certainty: tuple[float, ...]) -> list[Asked]:
    """Every own question, asked of an understanding that never saw it."""
    asked = []
    questions = list(own_questions(pack))
    for number in range(FOLDS):
        thin = thinned(pack, lambda text, held=number: fold_of(text) != held)  # type: ignore[misc]
        kept = {label: [t for t in texts if fold_of(t) != number] for label, texts in intents().items()}
        model = replace(learn(pack, list(known_questions(thin, kept))), certainty=certainty)
        understanding = Understanding(thin, model, kept)
        asked += [
            Asked(question=q, said=understanding.understand(q.text)) for q in questions if fold_of(q.text) == number
        ]
    return asked


def table(asked: Sequence[Asked]) -> None:
    """Prints a row a kind, a style and a source."""
    rows: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        if one.question.kind != "out_of_scope":
            q = one.question
            for row in ("all", f"kind {q.kind}", f"style {q.style}", f"source {q.source}"):
                rows[row].append(one)
    for name, group in sorted(rows.items()):
        shares = (
            sum(map(bool, column)) / len(group)
            for column in zip(*((a.first, a.offered, a.wrong) for a in group), strict=True)
        )
        print(f"{name:26} n={len(group):4}  first {{:.3f}}  offered {{:.3f}}  wrong {{:.3f}}".format(*shares))
    outside = [a for a in asked if a.question.kind == "out_of_scope"]
    if outside:
        answered = sum(a.wrong for a in outside)
        told = sum(a.said.kind == "out_of_scope" for a in outside)
        print(
            f"{'out of scope':26} n={len(outside):4}  answered as if known {answered / len(outside):.3f}  told so {told / len(outside):.3f}"
        )
    urgent = [a for a in asked if a.question.kind == "emergency"]
    alarms = [a for a in asked if a.said.kind == "emergency" and a.question.kind != "emergency"]
    print(
        f"{'emergencies':26} n={len(urgent):4}  recognised {sum(a.first for a in urgent)}  false alarms {len(alarms)}"
    )


def reliability(asked: Sequence[Asked]) -> None:
    """Prints, for answers by their confidence, how many are right."""
    print("\nconfidence of answers   n    mean  right")
    answered = [a for a in asked if a.said.kind not in NOT_ANSWERED]
    for low, high in ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01)):
        group = [a for a in answered if low <= a.said.confidence < high]
        if group:
            mean = sum(a.said.confidence for a in group) / len(group)
            right = sum(a.first for a in group) / len(group)
            print(f"  {low:.2f} to {min(high, 1.0):.2f}      {len(group):5}   {mean:.3f}  {right:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Print how well questions are understood.")
    parser.add_argument(
        "file", nargs="?", type=Path, help="labelled questions; without: the pack's own, cross-validated"
    )
    parser.add_argument("--pack", default="sa-dec", help="the pack to ask (default: sa-dec)")
    parser.add_argument("--half", type=int, choices=(0, 1), help="only one half of the questions, by a stable hash")
    parser.add_argument(
        "--misses", action="store_true", help="print every question that was not answered right first"
    )
    options = parser.parse_args()
    folder = find(options.pack)
    pack = load(folder)
    model = read(folder)
    if model is None:
        parser.error(f"{folder.name} has no model yet: make model")
    if options.file is None:
        asked = cross_validated(pack, model.certainty)
    else:
        understanding = Understanding(pack, model)
        questions = [q for q in labelled(options.file) if options.half in (None, half_of(q.text))]
        start = time.perf_counter()
        asked = [Asked(question=q, said=understanding.understand(q.text)) for q in questions]
        print(f"{(time.perf_counter() - start) / max(1, len(asked)) * 1e3:.2f} ms a question")
    if options.misses:
        for a in asked:
            if a.wrong or not a.first and a.question.kind != "out_of_scope":
                offered = [f"{c.id} {c.confidence:.2f}" for c in a.said.candidates]
                print(
                    f"MISS {a.question.kind} {a.question.id} | {a.question.text[:160]} -> {a.said.kind} {a.said.id} {a.said.confidence} {offered}"
                )
    table(asked)
    reliability(asked)


if __name__ == "__main__":
    main()
