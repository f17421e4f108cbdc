"""What an administrator types to prepare a form; the services check again."""

from collections.abc import Mapping
from typing import Any

from django import forms

from pepites.assessments.editing import TYPES, options_from_text, options_to_text
from pepites.assessments.enums import Category
from pepites.assessments.questionnaire import extensions as ext
from pepites.assessments.questionnaire.items import Item, Questionnaire
from pepites.assessments.questionnaire.scoring import TONES
from pepites.assessments.questionnaire.values import Coding, to_decimal

BANDS, ALERTS = 6, 3
TONE_WORDS = dict(zip(TONES, ("Bien", "À noter", "À surveiller", "Grave", "Neutre"), strict=True))
OPERATORS = ((">", "plus de"), (">=", "au moins"), ("=", "égal à"), ("<=", "au plus"), ("<", "moins de"))


class NewForm(forms.Form):
    """A form from nothing, or from a file."""

    title = forms.CharField(label="Titre", max_length=200, required=False, help_text="Avec un fichier, son titre sert.")
    category = forms.ChoiceField(
        label="Qui lit les réponses", choices=Category.choices, widget=forms.RadioSelect,
        help_text="Social : dès le niveau social. Santé : dossier complet seulement.",
    )  # fmt: skip
    fichier = forms.FileField(label="Questionnaire FHIR à reprendre (JSON)", required=False)


class SettingsForm(forms.Form):
    """What is said of a form."""

    title = forms.CharField(label="Titre", max_length=200)
    source = forms.CharField(label="Source", max_length=500, required=False)
    licence = forms.CharField(label="Licence", max_length=300, required=False)
    caution = forms.CharField(label="Précaution à lire avant de remplir", max_length=600, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)


class QuestionForm(forms.Form):
    """One question."""

    text = forms.CharField(label="Texte de la question", max_length=3000)
    type = forms.ChoiceField(label="Réponse attendue", choices=TYPES)
    options = forms.CharField(
        label="Réponses possibles, une par ligne", required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Pour donner des points : « Toujours = 2 ».",
    )  # fmt: skip
    help = forms.CharField(label="Aide", max_length=500, required=False)
    required = forms.BooleanField(label="Réponse obligatoire", required=False)
    repeats = forms.BooleanField(label="Plusieurs réponses possibles", required=False)
    minimum = forms.CharField(label="Nombre le plus petit", max_length=20, required=False)
    maximum = forms.CharField(label="Nombre le plus grand", max_length=20, required=False)
    parent = forms.ChoiceField(label="Dans la partie", required=False)
    when = forms.ChoiceField(label="Montrer seulement si la réponse à", required=False)
    operator = forms.ChoiceField(
        label="est", choices=(("=", "égale à"), *OPERATORS[:2], *OPERATORS[3:]), required=False
    )
    value = forms.CharField(label="cette valeur", max_length=200, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, before: list[Item], groups: list[Item], adding: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {item.link_id: item for item in before}
        self.fields["when"] = forms.ChoiceField(
            label="Montrer seulement si la réponse à", required=False,
            choices=[("", "Toujours montrer"), *((item.link_id, item.text or item.link_id) for item in before)],
        )  # fmt: skip
        if adding:
            choices = [("", "Aucune"), *((item.link_id, item.text or item.link_id) for item in groups)]
            self.fields["parent"] = forms.ChoiceField(label="Dans la partie", required=False, choices=choices)
        else:
            del self.fields["parent"]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        for name in ("minimum", "maximum"):
            typed = data.get(name) or ""
            data[name] = to_decimal(typed) if typed else None
            if typed and data[name] is None:
                self.add_error(name, "Saisissez un nombre.")
        if data.get("type") in ("choice", "open-choice") and not (data.get("options") or "").strip():
            self.add_error("options", "Écrivez au moins une réponse possible.")
        data["condition"] = self._condition(data) if data.get("when") else None
        return data

    def _condition(self, data: dict[str, Any]) -> dict[str, Any] | None:
        item, typed = self.before[data["when"]], (data.get("value") or "").strip()
        base = {"question": item.link_id, "operator": data.get("operator") or "="}
        if item.type == "boolean":
            if typed.lower() in ("oui", "non"):
                return base | {"operator": "=", "answerBoolean": typed.lower() == "oui"}
            self.add_error("value", "Écrivez oui ou non.")
            return None
        for option in item.options:
            if isinstance(option.value.data, Coding) and option.label.lower() == typed.lower():
                coding = {"code": option.value.data.code, "display": option.label}
                return base | {"operator": "=", "answerCoding": coding | _system(option.value.data)}
        if item.options:
            self.add_error("value", "Écrivez une des réponses de cette question, telle quelle.")
            return None
        number = to_decimal(typed)
        if item.type in ("integer", "decimal") and number is None:
            self.add_error("value", "Saisissez un nombre.")
            return None
        return base | ({"answerDecimal": float(number)} if number is not None else {"answerString": typed})

    def values(self, kept: object = ()) -> dict[str, Any]:
        """What the definition takes."""
        data = self.cleaned_data
        return data | {"options": options_from_text(data.get("options") or "", kept)}


def _system(coding: Coding) -> dict[str, str]:
    return {"system": coding.system} if coding.system else {}


def question_initial(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A question as its form shows it."""
    first = next(iter(ext.dicts(raw.get("enableWhen"))), {})
    answer = next((value for name, value in first.items() if name.startswith("answer")), "")
    words = {True: "oui", False: "non"}.get(answer, answer) if isinstance(answer, bool) else answer
    if isinstance(answer, dict):
        words = answer.get("display") or answer.get("code") or ""
    bounds = {"minimum": ext.bound(raw, ext.MIN_VALUE), "maximum": ext.bound(raw, ext.MAX_VALUE)}
    return {
        "text": raw.get("text") or "", "type": raw.get("type"), "options": options_to_text(raw.get("answerOption")),
        "help": ext.find(raw, ext.HELP) or "", "required": raw.get("required") is True, "repeats": raw.get("repeats") is True,
        "when": first.get("question", ""), "operator": first.get("operator", "="), "value": words,
    } | {name: bound.text if bound else "" for name, bound in bounds.items()}  # fmt: skip


class ScoreForm(forms.Form):
    """The score of a form: what it adds up, what its values mean, what must be told at once."""

    label = forms.CharField(label="Nom du score", max_length=100)
    items = forms.MultipleChoiceField(
        label="Questions comptées", widget=forms.CheckboxSelectMultiple, help_text="Leurs points sont additionnés."
    )
    complete = forms.BooleanField(label="Toutes les réponses sont nécessaires", required=False)
    reference = forms.CharField(label="Référence à montrer", max_length=300, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = [q for q in questionnaire.questions if q.options or q.type in ("boolean", "integer", "decimal")]
        pairs = [(item.link_id, item.text or item.link_id) for item in counted]
        self.fields["items"] = forms.MultipleChoiceField(
            label="Questions comptées", choices=pairs, widget=forms.CheckboxSelectMultiple,
            help_text="Leurs points sont additionnés.",
        )  # fmt: skip
        for rank in range(1, BANDS + 1):
            self._add(
                f"from_{rank}", forms.CharField(label=f"Tranche {rank} : à partir de", max_length=12, required=False)
            )
            self._add(
                f"label_{rank}", forms.CharField(label=f"Tranche {rank} : lecture", max_length=120, required=False)
            )
            self._add(
                f"tone_{rank}",
                forms.ChoiceField(label=f"Tranche {rank} : ton", choices=TONE_WORDS.items(), required=False),
            )
        targets = [("score:total", "Le score"), *((f"item:{link}", text) for link, text in pairs)]
        for rank in range(1, ALERTS + 1):
            self._add(f"on_{rank}", forms.ChoiceField(label=f"Alerte {rank} : si", choices=targets, required=False))
            self._add(
                f"operator_{rank}", forms.ChoiceField(label=f"Alerte {rank} : vaut", choices=OPERATORS, required=False)
            )
            self._add(f"value_{rank}", forms.CharField(label=f"Alerte {rank} : valeur", max_length=12, required=False))
            self._add(
                f"message_{rank}", forms.CharField(label=f"Alerte {rank} : message", max_length=200, required=False)
            )

    def _add(self, name: str, made: forms.Field) -> None:
        self.fields[name] = made

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        numbers = [f"from_{n}" for n in range(1, BANDS + 1)] + [f"value_{n}" for n in range(1, ALERTS + 1)]
        for name in numbers:
            if data.get(name) and to_decimal(data[name]) is None:
                self.add_error(name, "Saisissez un nombre.")
        return data

    def scoring(self) -> dict[str, Any]:
        """The scores of the definition: a band ends where the next begins."""
        data = self.cleaned_data
        named = [n for n in range(1, BANDS + 1) if data.get(f"label_{n}")]
        starts = [data.get(f"from_{n}", "").replace(",", ".") or None for n in named]
        bands = [
            {"label": data[f"label_{n}"], "tone": data.get(f"tone_{n}") or "neutral", "from": start, "below": end}
            for n, start, end in zip(named, starts, [*starts[1:], None], strict=True)
        ]
        alerts = [
            {"on": data[f"on_{n}"], "operator": data[f"operator_{n}"], "message": data[f"message_{n}"],
             "value": data.get(f"value_{n}", "").replace(",", ".") or "0"}
            for n in range(1, ALERTS + 1)
            if data.get(f"message_{n}")
        ]  # fmt: skip
        score = {"code": "total", "label": data["label"], "method": "sum", "items": data["items"], "bands": bands,
                 "complete": data["complete"], "reference": data["reference"], "decimals": 1}  # fmt: skip
        return {"scores": [score], "alerts": alerts}


def score_initial(scoring: Mapping[str, Any]) -> dict[str, Any]:
    """The first score as its form shows it."""
    score = next(iter(ext.dicts(scoring.get("scores"))), None)
    if score is None:
        return {"label": "Total", "complete": True}
    found: dict[str, Any] = {name: score.get(name) for name in ("label", "items", "reference")}
    found["complete"] = score.get("complete") is not False
    for rank, band in enumerate(ext.dicts(score.get("bands"))[:BANDS], start=1):
        start = band.get("from")
        found |= {f"from_{rank}": "" if start is None else str(start).replace(".", ","), f"label_{rank}": band.get("label"),
                  f"tone_{rank}": band.get("tone")}  # fmt: skip
    for rank, rule in enumerate(ext.dicts(scoring.get("alerts"))[:ALERTS], start=1):
        found |= {f"on_{rank}": rule.get("on"), f"operator_{rank}": rule.get("operator"),
                  f"value_{rank}": str(rule.get("value")).replace(".", ","), f"message_{rank}": rule.get("message")}  # fmt: skip
    return found
