"""The form of a takeover."""

from django import forms


class ArchiveForm(forms.Form):
    """The former tool, and its archive."""

    tool = forms.CharField(
        label="Nom de l'ancien outil",
        help_text="Il sera écrit sur chaque élément repris. Gardez le même nom d'une fois sur l'autre.",
        max_length=40,
        error_messages={"required": "Écrivez le nom de l'outil d'où vient l'historique."},
    )
    file = forms.FileField(
        label="Archive",
        help_text="Un fichier ZIP, 24 Mo au plus. Plus lourde, l'archive se reprend par une commande sur le serveur.",
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        error_messages={
            "required": "Choisissez l'archive à reprendre.",
            "empty": "L'archive est vide : choisissez celle qui contient l'historique.",
        },
    )

    def clean_tool(self) -> str:
        """One way of writing the name, whatever the spaces."""
        return " ".join(str(self.cleaned_data["tool"]).split())
