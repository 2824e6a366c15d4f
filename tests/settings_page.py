"""docs/settings.md, made from the settings themselves: `python -m tests.settings_page`."""

from __future__ import annotations

from pathlib import Path

from bot.settings import PREFIX, Settings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
HEAD = f"""# Settings

Environment variables, or lines of a file `.env` beside the command. A wrong or half-filled one stops the start with a
message that names it. Made by `python -m tests.settings_page`; do not edit.

| variable (`{PREFIX}…`) | default | what it decides |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`" if field.default != "" else "empty"
        rows.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
