"""The snippets that were run, to be called back one after the other."""

MOST = 100


class Inputs:
    """What is being written waits below the newest one.

    >>> inputs = Inputs()
    >>> inputs.add("a = 1"); inputs.add("b = 2")
    >>> inputs.older("draft"), inputs.older("b = 2"), inputs.older("a = 1")
    ('b = 2', 'a = 1', None)
    >>> inputs.newer(), inputs.newer(), inputs.newer()
    ('b = 2', 'draft', None)
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._place, self._draft = 0, ""

    def add(self, text: str) -> None:
        if self._texts[-1:] != [text]:
            self._texts = [*self._texts, text][-MOST:]
        self._place = len(self._texts)

    def older(self, shown: str) -> str | None:
        if self._place == 0:
            return None
        if self._place == len(self._texts):
            self._draft = shown
            if self._texts[-1] == shown and len(self._texts) > 1:  # it was just run and still stands there
                self._place -= 1
        self._place -= 1
        return self._texts[self._place]

    def newer(self) -> str | None:
        if self._place >= len(self._texts):
            return None
        self._place += 1
        return self._texts[self._place] if self._place < len(self._texts) else self._draft
