"""The complaint package's rows of the role table, kept by noun: model → role → (reach, actions)."""

from complaints.rights import cases, foresight, grading, learning, letters, mail, public_form, solving

_PARTS = (cases, solving, learning, grading, letters, foresight, public_form, mail)

ACTIONS: dict[str, str] = {model: words for part in _PARTS for model, words in part.ACTIONS.items()}
RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    model: row for part in _PARTS for model, row in part.RIGHTS.items()
}
#: Masked for roles without `reveal`.
SENSITIVE: dict[str, str] = {model: fields for part in _PARTS for model, fields in part.SENSITIVE.items()}
