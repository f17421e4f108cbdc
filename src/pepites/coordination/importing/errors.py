"""What can go wrong with a whole file."""


class ImportFileError(Exception):
    """The file cannot be read or understood; the message is French and says what to do."""


class MappingError(ImportFileError):
    """The columns cannot be matched; `headers` holds what the file calls them."""

    def __init__(self, message: str, headers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.headers = headers
