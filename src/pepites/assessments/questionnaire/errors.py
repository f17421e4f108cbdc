"""What the engine refuses, in French, naming the question."""

from pepites.common.errors import DomainError


class FormError(DomainError):
    """A definition that cannot be used; ``link_id`` is the question concerned, if one is."""

    code = "form_error"

    def __init__(self, message: str, link_id: str = "") -> None:
        super().__init__(f"Question « {link_id} » : {message}" if link_id else message, field="fichier")
        self.link_id = link_id
