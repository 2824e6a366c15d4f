"""One typed error for each thing a person can do about it.

HoiPhuongError            one clear line, exit code 1
├── WrongSetting          a variable is missing or malformed: set it
├── DatabaseUnreachable   the database does not answer: start it, or correct DATABASE_URL
├── BrokenModel           a pack's model.txt is damaged: make it anew
├── PortInUse             another program listens there: choose another port
├── WrongInput            what was handed in cannot be read: correct it
│   └── WrongTarget       a printed code cannot open this: take what the message proposes
├── NotAllowed            this officer may not do this here: ask one who may
└── Refused               an officer's wish cannot be done so: its words say what can
"""

from __future__ import annotations

from collections.abc import Callable

from content.texts import texts


class HoiPhuongError(Exception):
    """Something a person can mend; its message says what and how."""

    exit_code = 1


class WrongSetting(HoiPhuongError):
    """A setting is missing or malformed."""


class DatabaseUnreachable(HoiPhuongError):
    """The database does not answer."""


class BrokenModel(HoiPhuongError):
    """A pack's `model.txt` is not what `make model` writes."""


class PortInUse(HoiPhuongError):
    """Another program listens on this address."""


class WrongInput(HoiPhuongError):
    """What was handed in cannot be read."""


class WrongTarget(WrongInput):
    """A printed code cannot open this."""


class Key(str):
    """A field of an error whose words stand under a key too."""

    __slots__ = ()


class Worded(HoiPhuongError):
    """`key` and `fields` are the words, for pages in either language; as a string they are Vietnamese."""

    def __init__(self, key: str, /, **fields: object) -> None:
        self.key, self.fields = key, fields
        super().__init__(self.said(texts("vi")))

    def said(self, say: Callable[..., str]) -> str:
        """The words, as `say` knows them by key."""
        fields = {name: say(value) if isinstance(value, Key) else value for name, value in self.fields.items()}
        return say(self.key, **fields)


class NotAllowed(Worded):
    """This officer may not do this here."""


class Refused(Worded):
    """An officer's wish cannot be done so."""
