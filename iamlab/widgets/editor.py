"""A text editor for policies, with the place of an error marked in it."""

from __future__ import annotations

import anywidget
import traitlets

from iamlab.core.errors import PolicyError
from iamlab.widgets.frame import STATIC


class Editor(anywidget.AnyWidget):
    """``text`` is what the learner has typed; ``load`` puts another text in its place."""

    _esm = STATIC / "editor.js"
    _css = STATIC / "editor.css"
    label = traitlets.Unicode().tag(sync=True)
    rows = traitlets.Int(14).tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    error = traitlets.Dict().tag(sync=True)
    loaded = traitlets.Dict().tag(sync=True)

    def __init__(self, text: str, *, label: str) -> None:
        super().__init__(text=text, label=label, rows=min(max(text.count("\n") + 2, 10), 24))

    def load(self, text: str) -> None:
        """Put this text in place of what is there."""
        self.text = text
        self.loaded = {"text": text, "serial": int(self.loaded.get("serial", 0)) + 1}

    def mark(self, error: PolicyError | None) -> None:
        """Mark the place of the error, or none."""
        self.error = {} if error is None or not error.line else {"line": error.line, "column": error.column or 1}

    def __repr__(self) -> str:
        return f"<editor of {self.label}>"
