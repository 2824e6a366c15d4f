"""What officers taught the bot, known to every process at once: read anew when the database says so."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import verdicts
from bot.storage.questions import stripped
from bot.storage.verdicts import Stamp
from bot.understanding import Understanding
from bot.understanding.lessons import Lessons
from handlers.contract import Understood


class Taught:
    """The lessons of one house."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        self._known: tuple[Stamp, Lessons] | None = None

    async def over(self, session: AsyncSession, text: str, understood: Understood) -> Understood:
        """What a typed message means, officers' lessons laid over what it was understood as."""
        if not text or understood.kind == "emergency" or self._needs_none(understood):
            return understood
        lessons = await self._lessons(session)
        if not lessons:
            return understood
        found = self._understanding.with_lessons(text, understood, lessons)
        if found is understood and (kept := stripped(text)) != text:  # lessons were learned from what is kept
            found = self._understanding.with_lessons(kept, understood, lessons)
        return found

    def _needs_none(self, understood: Understood) -> bool:
        """Where nothing was taught, only what is not understood may have been taught since."""
        return self._known is not None and not self._known[1] and understood.kind not in {"clarify", "out_of_scope"}

    async def _lessons(self, session: AsyncSession) -> Lessons:
        stamp = await verdicts.stamp(session)
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, self._understanding.lessons(await verdicts.aliases(session)))
        return self._known[1]
