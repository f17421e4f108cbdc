"""Text that comes from outside: what nobody sees nor means is taken away before anything is kept."""

import unicodedata

_TAKEN = {"Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    """The text without control, direction and invisible marks, white space made plain; what is left is shown as is.

    A right-to-left override in a name would show another one on the screen of the cell.
    """
    kept = (
        " " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char) not in _TAKEN
    )
    return " ".join("".join(kept).split())
