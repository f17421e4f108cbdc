"""The pages people see: who signs in, the code of the telephone, the faults. Plain HTML, no script."""

from __future__ import annotations

from html import escape

from pepites_sandbox.psc.persons import PERSONS, Person
from pepites_sandbox.psc.state import FAULTS, State
from pepites_sandbox.serving import fault_choices

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#161616;background:#f4f6fa}"
    "main{max-width:34rem;margin:0 auto;padding:1rem}h1{font-size:1.4rem}"
    "button{display:block;width:100%;margin:.5rem 0;padding:.75rem 1rem;font:inherit;text-align:left;background:#fff;"
    "border:2px solid #000091;border-radius:.5rem;color:#000091;cursor:pointer}"
    "button:focus-visible,input:focus-visible{outline:3px solid #0a76f6;outline-offset:2px}"
    "small{display:block;color:#3a3a3a}.code{font-size:3rem;font-weight:700;text-align:center;letter-spacing:.2em}"
    ".note{background:#fff;border-left:.3rem solid #b34000;padding:.5rem 1rem}"
    "table{border-collapse:collapse}td{padding:.2rem .6rem}"
)


def page(title: str, body: str) -> bytes:
    """One page, in French."""
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,'
        f'initial-scale=1"><title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}'
        f"</h1>{body}</main></body></html>"
    ).encode()


def who(asked: str, persons: tuple[Person, ...] = PERSONS) -> bytes:
    """« Qui s'identifie ? »"""
    buttons = "".join(
        f'<button name="numero" value="{one.number}">{escape(f"{one.given} {one.family}")}'
        f"<small>{escape(one.hint)} · {one.number}</small></button>"
        for one in persons
    )
    note = "Simulateur : toutes ces personnes sont inventées. Aucune vraie carte, aucun vrai téléphone."
    hidden = f'<input type="hidden" name="demande" value="{escape(asked)}">'
    return page(
        "Pro Santé Connect (simulateur)",
        f'<p class="note">{note}</p><p>Qui s\'identifie ?</p>'
        f'<form method="post" action="/auth/identification">{hidden}{buttons}</form>',
    )


def telephone(asked: str, person: Person, code: str) -> bytes:
    """The e-CPS: two digits on both screens."""
    return page(
        "Validez sur votre téléphone (simulateur)",
        f"<p>{escape(f'{person.given} {person.family}')}, ce code doit s'afficher dans votre application e-CPS :</p>"
        f'<p class="code">{code}</p><form method="post" action="/auth/validation"><input type="hidden" name="demande" '
        f'value="{escape(asked)}"><button name="choix" value="oui">Valider sur le téléphone</button>'
        '<button name="choix" value="non">Refuser sur le téléphone</button></form>',
    )


def refused(message: str) -> bytes:
    """What cannot be sent back to a service, because its address is not known."""
    return page("Demande refusée (simulateur)", f"<p>{escape(message)}</p>")


def control(state: State) -> bytes:
    """Faults, sessions, requests waiting for the telephone (CIBA)."""
    faults = fault_choices(FAULTS, state.fault)
    waiting = "".join(
        f'<form method="post" action="/commandes"><input type="hidden" name="ciba" value="{escape(name)}">'
        f"<p>{escape(grant.number)} : code {escape(grant.message)}</p>"
        '<button name="reponse" value="accepte">Valider</button>'
        '<button name="reponse" value="refuse">Refuser</button></form>'
        for name, grant in list(state.ciba.items())
        if grant.state == "attend"
    )
    people = "".join(f"<tr><td>{escape(f'{one.given} {one.family}')}</td><td>{one.number}</td></tr>" for one in PERSONS)
    return page(
        "Simulateur Pro Santé Connect",
        f"<p>Environnement : {escape(state.environment)}. Sessions ouvertes : {len(state.sessions)}.</p>"
        '<form method="post" action="/commandes"><button name="fermer" value="1">Fermer toutes les sessions '
        f"(avis aux services)</button></form><h2>Demandes sur le téléphone</h2>{waiting or '<p>Aucune.</p>'}"
        f'<h2>Panne</h2><form method="post" action="/commandes">{faults}<button>Appliquer</button></form>'
        f"<h2>Personnes</h2><table>{people}</table>",
    )
