"""Invented content of the component gallery."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest

TOPICS = [("visite", "Visite à domicile"), ("appel", "Appel téléphonique"), ("reunion", "Réunion de concertation")]


class SampleForm(forms.Form):
    """A form with one field of each kind."""

    name = forms.CharField(label="Nom de naissance", help_text="Tel qu'il figure sur la pièce d'identité.")
    phone = forms.CharField(label="Téléphone", required=False)
    town = forms.ChoiceField(
        label="Commune", choices=[("97302", "Cayenne"), ("97356", "Camopi"), ("97353", "Maripasoula")]
    )
    topic = forms.ChoiceField(label="Nature de l'action", choices=TOPICS, widget=forms.RadioSelect)
    days = forms.MultipleChoiceField(
        label="Jours possibles",
        choices=[("1", "Lundi"), ("2", "Mardi"), ("3", "Mercredi")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label="L'usager est d'accord", help_text="Accord oral, noté au dossier.")
    birth_place = forms.CharField(label="Commune de naissance", help_text="Tapez au moins 2 lettres.")
    birth_day = forms.IntegerField(label="Jour", required=False)
    birth_month = forms.IntegerField(label="Mois", required=False)
    birth_year = forms.IntegerField(label="Année", required=False)


def sample_context(request: HttpRequest) -> dict[str, Any]:
    """What the gallery shows; nobody in it exists."""
    wrong = SampleForm({"name": "", "town": "97302", "birth_year": "19x4", "topic": ""}, auto_id="faux_%s")
    wrong.is_valid()
    return {
        "form": SampleForm(initial={"topic": "appel", "birth_year": 1954}),
        "wrong": wrong,
        "identity": _identity(),
        "tabs": [
            {
                "url": "?rubrique=fil",
                "label": "Fil",
                "active": True,
                "icon": "journal-text",
                "badge": 3,
                "badge_label": "3 nouveautés",
            },
            {"url": "?rubrique=cercle", "label": "Cercle de soins", "icon": "people"},
            {"url": "?rubrique=taches", "label": "Tâches", "icon": "check2-square"},
            {"url": "?rubrique=acces", "label": "Accès au dossier", "icon": "eye"},
        ],
        "tags": [{"url": "?", "label": "Réseau : DIAM"}, {"url": "?", "label": "En retard"}],
        "rows": _rows(),
        "dots": range(1, 9),
        "statuses": ["PROV", "RECUP", "VALI", "QUAL"],
        "facts": [("Référente", "Odile Tamarin"), ("Langue parlée", "Nenge tongo, interprète demandé")],
        "query": request.GET.get("q", ""),
    }


def _identity() -> SimpleNamespace:
    return SimpleNamespace(
        birth_name="ABIENSO",
        first_given_name="Marguerite",
        used_name="KOUYOULI",
        used_given_name="",
        birth_date_label="31 décembre 1954",
        age_label="71 ans",
        sex_label="Féminin",
        birth_place_code="97353",
        ins="",
        regional_id="GF-7K3M-92QX",
        ipp="",
        status="VALI",
        status_label="Identité validée",
        attributes=["Homonyme"],
        alerts=["Allergie : pénicilline", "Parle nenge tongo, interprète"],
    )


def _rows() -> list[dict[str, str]]:
    return [
        {
            "name": "ABIENSO Marguerite",
            "born": "31/12/1954",
            "town": "Maripasoula",
            "next": "mardi 4 mars, 9 h",
            "late": "",
        },
        {
            "name": "TABOUROT Émile",
            "born": "1948",
            "town": "Saint-Georges",
            "next": "aucun",
            "late": "2 tâches en retard",
        },
        {"name": "WAYANO Sidonie", "born": "07/1961", "town": "Apatou", "next": "lundi 10 mars, 14 h 30", "late": ""},
    ]
