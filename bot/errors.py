"""One typed error for each thing a person can do about it.

HoiPhuongError            one clear line, exit code 1
├── WrongSetting          a variable is missing or malformed: set it
├── DatabaseUnreachable   the database does not answer: start it, or correct DATABASE_URL
├── BrokenModel           a pack's model.txt is damaged: make it anew
├── PortInUse             another program listens there: choose another port
└── WrongInput            what was handed in cannot be read: correct it
"""

from __future__ import annotations


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
