"""What the forms of the package share: they clean input, and leave deciding to the domain."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.db import models

from core.access import sees_field
from core.models import User


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """Cleans the input of one record for a domain verb; it never saves.

    It works on a copy of the record, so that the verb still finds the record as it was read.
    """

    def __init__(self, *args: Any, user: User, record: models.Model | None = None, **kwargs: Any) -> None:
        if record is not None:
            kwargs["instance"] = copy.copy(record)
        super().__init__(*args, **kwargs)
        self.user = user
        if record is not None:
            # Who may not read a field does not overwrite it unseen either.
            for name in [name for name in self.fields if not sees_field(user, record, name)]:
                del self.fields[name]

    def save(self, commit: bool = True) -> Any:
        """Refuse: only the domain writes."""
        raise NotImplementedError("records are written by the domain")

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values that are fields of the record."""
        names = set(self._meta.fields or ())
        return {name: value for name, value in self.cleaned_data.items() if name in names}


def people_choices() -> models.QuerySet[User]:
    """Members of staff who may be made owner of something."""
    rows: models.QuerySet[User] = User.objects.people().order_by("full_name", "id")
    return rows
