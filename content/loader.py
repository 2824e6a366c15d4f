"""Reads a pack from its folder: either a whole, right pack, or the list of all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from content import checks
from content.pack import Pack
from content.problems import BrokenPack, Problem
from content.schema import (
    Clubs,
    Hotlines,
    Initiative,
    Item,
    Locality,
    Model,
    OldNames,
    Places,
    Procedure,
    Source,
    Units,
)

try:
    from yaml import CSafeLoader as FastLoader
except ImportError:  # a PyYAML built without libyaml reads the same, ten times slower
    from yaml import SafeLoader as FastLoader  # type: ignore[assignment]

PACKS: Final = Path(__file__).parent
M = TypeVar("M", bound=BaseModel)


class Sources(Model):
    """The file sources.yaml."""

    sources: dict[str, Source] = Field(default_factory=dict)


def packs() -> list[str]:
    """The names of the packs that ship with the house."""
    return sorted(path.parent.name for path in PACKS.glob("*/locality.yaml"))


def find(pack: str) -> Path:
    """The folder of a pack, given by name or by path; `BrokenPack` where there is none."""
    for path in (PACKS / pack, Path(pack)):
        if (path / "locality.yaml").is_file():
            return path
    known = ", ".join(packs())
    raise BrokenPack([Problem(pack, 1, f"no pack here: it needs a locality.yaml. Packs that ship: {known}")])


def load(pack: str | Path) -> Pack:
    """The pack in folder or of name `pack`, whole and checked, or `BrokenPack` with all that is wrong."""
    return _Reader(find(str(pack))).pack()


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.places: dict[str, tuple[str, int]] = {}  # item id -> file and line, for the checks across files

    def pack(self) -> Pack:
        locality = self._one("locality.yaml", Locality)
        hotlines = self._one("hotlines.yaml", Hotlines)
        units = self._one("units.yaml", Units)
        places = self._one("places.yaml", Places, Places())
        clubs = self._one("clubs.yaml", Clubs, Clubs())
        old_names = self._one("old_names.yaml", OldNames, OldNames())
        sources = self._one("sources.yaml", Sources, Sources())
        procedures = list(self._folder("procedures", Procedure))
        initiatives = list(self._folder("initiatives", Initiative))
        if self.problems or not (locality and hotlines and units and places and clubs and old_names and sources):
            raise BrokenPack(self.problems)
        pack = Pack(
            locality=locality,
            procedures={p.id: p for p in procedures},
            hotlines={h.id: h for h in hotlines.hotlines},
            units={u.id: u for u in units.units},
            places={p.id: p for p in places.places},
            initiatives={i.id: i for i in initiatives},
            clubs={c.id: c for c in clubs.clubs},
            old_names={o.id: o for o in old_names.old_names},
            sources=sources.sources,
            also={other: p.id for p in places.places for other in p.also},
        )
        for finding in checks.across(pack):
            file, line = self._place(finding.item, finding.words)
            message = finding.message
            if finding.other:
                message += " at {}:{}".format(*self._place(finding.other, finding.words))
            self.problems.append(Problem(file, line, message))
        if self.problems:
            raise BrokenPack(self.problems)
        return pack

    def _place(self, id_: str, words: str) -> tuple[str, int]:
        """The file of an item and the line where it says `words`, or where it begins."""
        file, start = self.places.get(id_) or self.places.get(id_.removeprefix("hotline:")) or ("locality.yaml", 1)
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines() if words else []
        line = next((n for n, text in enumerate(lines, 1) if n >= start and words in text.casefold()), start)
        return self._name(file), line

    def _name(self, file: str) -> str:
        return f"{self.folder.name}/{file}"

    def _folder(self, name: str, model: type[M]) -> Iterator[M]:
        for path in sorted((self.folder / name).glob("*.yaml")):
            item = self._one(f"{name}/{path.name}", model)
            if item is None:
                continue
            if getattr(item, "id", None) != path.stem:
                self._wrong(f"{name}/{path.name}", 1, f"the file is named '{path.stem}' and its id is not")
            yield item

    def _one(self, file: str, model: type[M], default: M | None = None) -> M | None:
        path = self.folder / file
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            if default is None:
                self._wrong(file, 1, "this file is missing")
            return default
        except UnicodeDecodeError as error:
            self._wrong(file, 1, f"not UTF-8 at byte {error.start}: save it as UTF-8")
            return None
        try:
            data = yaml.load(text, Loader=FastLoader)
            result = model.model_validate(data)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._wrong(file, mark.line + 1 if mark else 1, f"not YAML: {error.problem or error}")
            return None
        except yaml.YAMLError as error:
            self._wrong(file, 1, f"not YAML: {error}")
            return None
        except ValidationError as error:
            node = yaml.compose(text, Loader=FastLoader)
            for problem in error.errors():
                where = ".".join(str(part) for part in problem["loc"]) or "the file"
                self._wrong(file, _line(node, problem["loc"]), f"{where}: {problem['msg']}")
            return None
        self._note_lines(file, text, result)
        return result

    def _note_lines(self, file: str, text: str, result: BaseModel) -> None:
        for name in type(result).model_fields:
            entries = getattr(result, name)
            if isinstance(entries, tuple) and entries and isinstance(entries[0], Item):
                lines = [i for i, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith("- id: ")]
                starts = {text.splitlines()[i - 1].split("- id: ", 1)[1].strip().strip("'\""): i for i in lines}
                for entry in entries:
                    if entry.id in self.places:
                        self._wrong(file, starts.get(entry.id, 1), f"the id '{entry.id}' is used twice")
                    self.places[entry.id] = (file, starts.get(entry.id, 1))
        if isinstance(result, Procedure | Initiative):
            self.places[result.id] = (file, 1)

    def _wrong(self, file: str, line: int, message: str) -> None:
        self.problems.append(Problem(self._name(file), line, message))


def _line(node: Any, loc: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `loc` that stands in the file."""
    line = 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            continue  # a part that only the schema knows, such as the name of a union's member
    return line
