"""What the lab's logic says to the learner: English here, the window's language where it is shown.

`translate` is spelled as Qt's, so that the translators' tools find its texts; no Qt here.
"""

from typing import Any


class Wording(str):
    """A sentence in English that remembers its template and what was put in, so that a window can say it anew.

    >>> sentence = translate("lab", "There is no {0}.").format("digit")
    >>> sentence, sentence.template, sentence.values
    ('There is no digit.', 'There is no {0}.', ('digit',))
    """

    context: str
    template: str
    values: tuple[Any, ...]

    def format(self, *values: Any) -> "Wording":  # type: ignore[override]
        """The template with values in it; a value may be a Wording itself."""
        return _worded(self.context, self.template, values)


def translate(context: str, text: str) -> Wording:
    """A text for the translators; `translate(context, "... {0} ...").format(value)` puts values in."""
    return _worded(context, text, ())


def _worded(context: str, template: str, values: tuple[Any, ...]) -> Wording:
    made = Wording(str.format(template, *values) if values else template)
    made.context, made.template, made.values = context, template, values
    return made
