"""The package's rows of the role table: model → role → (reach, actions). No model stands here yet."""

ACTIONS: dict[str, str] = {}
RIGHTS: dict[str, dict[str, tuple[str, str]]] = {}
