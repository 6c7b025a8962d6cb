"""Choices of the platform."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Theme(TextChoices):
    """Colours of the interface."""

    AUTO = "auto", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(TextChoices):
    """Height of table rows."""

    COMPACT = "compact", _("Compact")
    COMFORTABLE = "comfortable", _("Comfortable")


class BrandColour(TextChoices):
    """The colour of action, selection and focus; each is defined for both themes in `theme/tokens.css`."""

    PINE = "pine", _("Pine green")
    BLUE = "blue", _("Blue")
    INDIGO = "indigo", _("Indigo")
    PLUM = "plum", _("Plum")
    BRICK = "brick", _("Brick red")
    SLATE = "slate", _("Slate grey")


class Currency(TextChoices):
    """Currencies that amounts may be kept in (ISO 4217)."""

    CNY = "CNY", _("Chinese yuan")
    USD = "USD", _("US dollar")
    EUR = "EUR", _("Euro")
    GBP = "GBP", _("Pound sterling")
    HKD = "HKD", _("Hong Kong dollar")
    MOP = "MOP", _("Macanese pataca")
    TWD = "TWD", _("New Taiwan dollar")
    JPY = "JPY", _("Japanese yen")
    SGD = "SGD", _("Singapore dollar")
    KRW = "KRW", _("South Korean won")
    AUD = "AUD", _("Australian dollar")
    CAD = "CAD", _("Canadian dollar")
    CHF = "CHF", _("Swiss franc")
    MYR = "MYR", _("Malaysian ringgit")
    THB = "THB", _("Thai baht")


class JobState(TextChoices):
    """Life of a job. `failed` is set aside after the last attempt and waits for a person."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Set aside")
    CANCELLED = "cancelled", _("Cancelled")


class JobStanding(TextChoices):
    """Jobs as the page of jobs puts them under tabs."""

    RUNNING = "running", _("Running")
    WAITING = "waiting", _("Waiting")
    AGAIN = "again", _("Failed, tried again")
    ASIDE = "aside", _("Set aside")


class AuditAction(TextChoices):
    """What was done, in the audit table."""

    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")
    RESTORED = "restored", _("Restored")
    VIEWED = "viewed", _("Seen")
    EXPORTED = "exported", _("Exported")
    IMPORTED = "imported", _("Imported")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    SIGNED_OUT = "signed_out", _("Signed out")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    SIGN_IN_LOCKED = "sign_in_locked", _("Sign-in locked")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
    RAN = "ran", _("Ran")


#: Of these, what changes the record that a line is about.
CHANGING = frozenset({AuditAction.CREATED, AuditAction.CHANGED, AuditAction.DELETED, AuditAction.RESTORED})


class FactorPolicy(TextChoices):
    """Who must have a second factor."""

    OFF = "off", _("Nobody; whoever wants one may have it")
    LEADERS = "leaders", _("Administrators and managers")
    EVERYBODY = "everybody", _("Everybody")


class Via(TextChoices):
    """By which door somebody acted."""

    PAGE = "page", _("Page")
    API = "api", _("API")
    IMPORT = "import", _("Import")
    JOB = "job", _("Job")
    COMMAND = "command", _("Command line")


class DepartureState(TextChoices):
    """Where the leaving of a member of staff stands."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Handing over")
    DONE = "done", _("Handed over")
    CANCELLED = "cancelled", _("Called off")


class ImportState(TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", _("File read")
    CHECKING = "checking", _("Dry run")
    CHECKED = "checked", _("Checked")
    IMPORTING = "importing", _("Importing")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being undone")
    UNDO_STOPPED = "undo_stopped", _("Undo stopped")
    UNDONE = "undone", _("Undone")


class ImportOutcome(TextChoices):
    """What became of one line of an imported file."""

    FAULTY = "faulty", _("Faulty")
    LIKELY = "likely", _("Likely duplicate")
    SKIPPED = "skipped", _("Skipped")
    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    DUPLICATE = "duplicate", _("Duplicate")
    FAILED = "failed", _("Failed")


class TokenState(TextChoices):
    """What has become of an API token."""

    ACTIVE = "active", _("Active")
    UNUSED = "unused", _("Unused for 90 days")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class ViewScope(TextChoices):
    """Who is offered a saved view."""

    PRIVATE = "private", _("Only me")
    TEAM = "team", _("A team")
    PUBLIC = "public", _("Everybody")


class BulkState(TextChoices):
    """Life of an action on many rows."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class BulkOutcome(TextChoices):
    """What became of one row."""

    CHANGED = "changed", _("Changed")
    SAME = "same", _("Nothing to change")
    REFUSED = "refused", _("Refused")
    UNDONE = "undone", _("Undone")
    KEPT = "kept", _("Changed since, left alone")


class ShareLevel(TextChoices):
    """What a share lets its receiver do with the record."""

    VIEW = "view", _("May see it")
    CHANGE = "change", _("May see and change it")


class PreviewState(TextChoices):
    """Whether a file has a small picture."""

    NONE = "none", _("None")
    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")
