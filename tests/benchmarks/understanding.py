"""How long a question takes to be understood, beside a full-text search over the same questions in the same run."""

from __future__ import annotations

import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence

from bot.understanding import Understanding, model
from bot.understanding.intents import intents
from bot.understanding.lexicon import fold
from bot.understanding.ranking import known_questions
from content.loader import find, load

EVERY = 7  # of the pack's own questions, one in so many is asked
ROUNDS = 3


def table() -> str:
    """Milliseconds on one core; the last column is the ratio to the search."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder = find("sa-dec")
    pack = load(folder)
    begun = time.process_time()
    learned = model.read(folder)
    read = time.process_time()
    understanding = Understanding(pack, learned)
    built = time.process_time()
    asked = [text for _, text in known_questions(pack, intents())]
    questions = asked[::EVERY]
    search = _search(asked)
    ours, theirs = _times(understanding.understand, questions), _times(search, questions)
    rows = [
        ("read the model", (read - begun) * 1e3, None),
        ("build the index", (built - read) * 1e3, None),
        ("a question, median", statistics.median(ours), statistics.median(theirs)),
        ("a question, 99 in 100", _percentile(ours, 0.99), _percentile(theirs, 0.99)),
    ]
    lines = ["| what | ms | SQLite FTS5, ms | ratio |", "| --- | ---: | ---: | ---: |"]
    for name, ms, other in rows:
        lines.append(
            f"| {name} | {ms:.2f} | {other:.2f} | {ms / other:.2f} |" if other else f"| {name} | {ms:.2f} | | |"
        )
    return "\n".join(
        [f"{len(asked)} known questions, {len(questions)} asked, {ROUNDS} rounds, CPU time.", "", *lines]
    )


def _times(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question, the best of its rounds."""
    best = [float("inf")] * len(questions)
    for _ in range(ROUNDS):
        for number, question in enumerate(questions):
            begun = time.process_time_ns()
            ask(question)
            best[number] = min(best[number], (time.process_time_ns() - begun) / 1e6)
    return best


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


def _search(texts: Sequence[str]) -> Callable[[str], object]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE known USING fts5(words)")
    database.executemany("INSERT INTO known VALUES (?)", [(fold(text),) for text in texts])

    def search(question: str) -> object:
        words = [word for word in fold(question).split() if word.isalnum()]
        match = " OR ".join(f'"{word}"' for word in words) or '"x"'
        return database.execute(
            "SELECT rowid FROM known WHERE known MATCH ? ORDER BY rank LIMIT 3", (match,)
        ).fetchall()

    return search
