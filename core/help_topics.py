"""Help for the pages of the platform."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Text, Topic

_YOURS = (
    Topic(
        "my-day",
        _("My day"),
        _("What waits for you today: tasks, warnings and messages, the most urgent first."),
        (
            _("Work through the page from top to bottom; each line leads to the record it is about."),
            _("Tick a task when it is done. You can open it again on the customer's page."),
            _("Numbers beside the entries on the left count open work of your own."),
        ),
        ("core:home",),
    ),
    Topic(
        "search",
        _("Search"),
        _("One box finds everything you may see, and does things too."),
        (
            _("Press Ctrl K (on a Mac ⌘ K) or / on any page."),
            _("Chinese names are found by any piece, by pinyin (pingan) and by initials (pa)."),
            _("Traditional characters find simplified ones and the other way round."),
            _("Telephone numbers are found by any four digits or more, orders and customers by their code."),
            _("Type what you want to do, such as “new customer”, to start it."),
            _("Arrow keys choose, Enter opens, Esc closes."),
        ),
        ("core:search",),
    ),
    Topic(
        "profile",
        _("Your profile"),
        _("Your name, your language, how pages look, and the tokens by which programs act for you."),
        (
            _("Language and time zone hold for pages and for the mails you get."),
            _("With a second factor nobody signs in with your password alone. Keep the recovery codes safe."),
            _("You see where you are signed in, and can sign out of one place or of all others."),
            _("A token is a password for a program. It is shown once; keep it as one keeps secrets."),
            _("A token does what you may do, within its scopes, until it runs out or you revoke it."),
            _("The list of all tokens has former ones, too; administrators find everybody's there."),
        ),
        (
            "core:profile",
            "core:factor-*",
            "core:session*",
            "core:preferences",
            "core:token-*",
            "core:service-token-create",
            "password_change*",
        ),
        ((_("scope"), _("What a token may read or write, such as customers or orders.")),),
    ),
    Topic(
        "notifications",
        _("Notifications"),
        _("What happened that concerns you, in the app and by mail as you choose."),
        (
            _("For each kind choose: in the app, by mail at once, in a daily summary, or not at all."),
            _("During quiet hours mails wait until the morning."),
            _("Every mail has a link that ends mails of its kind."),
            _("Type @ and a name in a note to tell a colleague about it."),
        ),
        ("core:notification-*", "core:mention-list"),
    ),
    Topic(
        "lists",
        _("Lists"),
        _("Find, sort and keep what you look at often, and change many records at once."),
        (
            _("Filters stand above the list as chips; click the cross to take one away."),
            _("Save filters, sorting and columns as a view: for yourself, your team or everybody."),
            _("“Me”, “my team”, “today” and “this quarter” in a view mean whoever opens it, and when."),
            _("Columns are chosen and ordered with “Choose columns”."),
            _("Tick rows, or all that the filters find, and choose what to do with them."),
            _("A change of many rows runs in the background, and can be undone from its own page."),
            _("The list does not count all rows by itself; click “Count them” when you need the number."),
        ),
        ("core:view-*", "core:list-columns", "core:bulk-*"),
        ((_("view"), _("Filters, sorting and columns under one name.")),),
    ),
    Topic(
        "files",
        _("Files"),
        _("Contracts, letters and pictures, kept with the record they belong to."),
        (
            _("Drop files on the panel or choose them; each tells for itself whether it was taken."),
            _("What a file is, its content says, not its name: programs and web pages are refused."),
            _("Who sees the record sees its files; who may change the record adds and removes them."),
            _("A removed file can be put back for 30 days."),
        ),
        ("core:attachment-*",),
    ),
    Topic(
        "exports",
        _("Exports"),
        _("A list as a file, with the filters and columns you see."),
        (
            _("Excel keeps numbers and dates as such; CSV opens in Excel with Chinese intact."),
            _("The file is made in the background; you are told when it is ready."),
            _("Only you can fetch it, and it is deleted after some days. The audit records the export."),
        ),
        ("core:export-*",),
    ),
    Topic(
        "imports",
        _("Imports"),
        _("Bring in customers, orders, complaints, people and more from Excel or CSV files, safely."),
        (
            _("Download the template, or use your own file: headings in Chinese or English are recognised."),
            _("Nothing is written before the check: it tells for each line what would happen, and why not."),
            _("Mend wrong cells in place, or take the refused lines away as a file and correct them there."),
            _("How columns were matched is remembered for the next file with the same headings."),
            _("An import can be undone: what it made goes to the recycle bin, what it changed is restored."),
            _("A house that moves in begins with teams, then people, exchange rates, customers, complaints."),
        ),
        ("core:import-*",),
        right=("core.importrun", "view"),
    ),
    Topic(
        "jobs",
        _("Jobs"),
        _("Work that runs in the background: imports, exports, changes of many rows, nightly figures."),
        (
            _("A running job shows how far it is and how long it will take; it may be cancelled."),
            _("A job that failed is tried again by itself; after five attempts it is set aside."),
            _("Set-aside jobs show their error and can be started again, one by one or all that are listed."),
            _("What a schedule does can be run again once it is done."),
        ),
        ("core:job-*",),
    ),
)

_SETTINGS = (
    Topic(
        "settings",
        _("Settings"),
        _("What holds for the whole organisation. You see the cards that your roles open."),
        (_("Every change here is written to the audit with its old and new value."),),
        ("core:settings",),
    ),
    Topic(
        "users-and-teams",
        _("Users and teams"),
        _("Who works here, in which team, with which roles."),
        (
            _("Roles say what somebody may do; the team says with whose records."),
            _("With several roles the widest right counts."),
            _("Managers see their own team and every team below it in the tree."),
            _("Switching a user off ends their sessions and tokens and keeps everything they did."),
            _("Services are users for programs: they have tokens instead of a password."),
            _("Teams and people come in from a file, too; a team may name one that stands above it."),
            _("A file never holds passwords: people choose theirs by a letter, at once or when they ask."),
            _("An undo deletes people who never signed in, and switches off those whom records name."),
        ),
        ("core:user-*", "core:team-*"),
        right=("core.user", "change"),
    ),
    Topic(
        "departures",
        _("Departures"),
        _("When a colleague leaves: hand over customers, tasks and views in one go, on the last day."),
        (
            _("Choose who takes over: one person, or several who share. Single kinds may go elsewhere."),
            _("The plan runs after the last day; until then it can be changed or cancelled."),
            _("Receivers are told what is theirs now."),
        ),
        ("core:user-leave", "core:departure-*"),
        right=("core.departure", "view"),
    ),
    Topic(
        "roles",
        _("Roles and rights"),
        _("What each of the seven roles may do, and how far it reaches."),
        (
            _("Own: what the person owns. Team: what the own team and those below own. All: everything."),
            _("Telephone, e-mail, WeChat and birthday are masked for roles that do not need them."),
            _("Who saw them in clear is written to the audit, once a day for each record."),
        ),
        ("core:role-list", "core:rights"),
        right=("core.user", "view"),
    ),
    Topic(
        "shares-and-absences",
        _("Sharing and standing in"),
        _("Let a colleague or a team see one record, or work for somebody who is away."),
        (
            _("A share holds for one record and what hangs on it, to view or to change, until a day."),
            _("Nobody gains an action by a share that no role of theirs has at all."),
            _("While you are away your deputy sees and changes what you own, and gets your messages."),
            _("“Who can see this?” on a record tells who, and through what."),
        ),
        ("core:record-shares", "core:share-*", "core:absence-*"),
    ),
    Topic(
        "organisation",
        _("Organisation"),
        _("The name, the base currency and the time zone of the installation."),
        (
            _("Amounts in other currencies are added up in the base currency, at the rate of their day."),
            _("Days begin and end in this time zone, wherever somebody sits."),
            _("Under Branding you choose a colour and put up your logo; the sign-in page shows it too."),
        ),
        ("core:organisation", "core:branding"),
        right=("core.organisation", "change"),
    ),
    Topic(
        "rates",
        _("Exchange rates"),
        _("What one unit of another currency is worth in the base currency, and from which day on."),
        (
            _("A new rate counts from its day; older orders keep the rate of theirs."),
            _("Without a rate an amount in that currency cannot be entered."),
            _("A file of rates is taken in as well, also one whose rates are for 100 units."),
        ),
        ("core:rate-*",),
        right=("core.exchangerate", "view"),
    ),
    Topic(
        "picklists",
        _("Picklists"),
        _("Words that people pick instead of typing: rename them, order them, add your own."),
        (
            _("Records store a code that never changes, so a new name holds for old records too."),
            _("A value that is switched off is no longer offered; records that hold it keep it."),
            _("A value of your own can be deleted while no record holds it."),
            _("Merge moves all records from one value to another and switches the first off."),
            _("Imports understand every name in every language."),
        ),
        ("core:picklist-*",),
        right=("core.picklistvalue", "change"),
    ),
    Topic(
        "schedules",
        _("Schedules"),
        _("What the product does by itself, when it last did, and when it will again."),
        (
            _("Change the time of day, switch a schedule off, or start it now."),
            _("A run that was missed, because the machine was down, is shown and made up for."),
            _("The runs of a schedule are kept, with how each ended."),
        ),
        ("core:schedule-*",),
        right=("core.schedule", "view"),
    ),
    Topic(
        "mail",
        _("Mail"),
        _("Whether mails leave the house: what waits, what was sent, what was set aside and why."),
        (
            _("“Test the connection” tells whether the mail server answers."),
            _("Mails wait while the server is away; they are not lost and not sent twice."),
        ),
        ("core:mail-*",),
        right=("core.outgoingmail", "view"),
    ),
    Topic(
        "system",
        _("System"),
        _("Whether everything works: database, workers, queue, mail, disk and the last nightly run."),
        (
            _("Each part says how it is and what to do when it is not well."),
            _("Watching programs ask /readyz; /healthz only says that the process lives."),
        ),
        ("core:system",),
        right=("core.organisation", "change"),
    ),
    Topic(
        "recycle-bin",
        _("Recycle bin"),
        _("Deleted customers, people, orders and interactions, until somebody restores them."),
        (
            _("You see what you may restore: who deleted it, and when."),
            _("Tick several rows to restore them together; what cannot come back says why."),
            _("What hung on a deleted customer comes back with it."),
            _(
                "Administrators delete for good by hand, or set under “Organisation” after how many days"
                " it happens by itself."
            ),
            _("A customer with orders or complaints is never deleted for good."),
        ),
        ("core:recycle-*",),
    ),
    Topic(
        "audit",
        _("Audit"),
        _("Who did what, when and from where. Lines can be read and exported, never changed."),
        (
            _("Filter by person, kind of record, action, day or address."),
            _("“Check the seals” proves that no line was altered or taken away since it was sealed."),
            _("Every record has its own history: who changed which field, from what to what."),
        ),
        ("core:audit-*", "core:record-history"),
    ),
)


def groups() -> list[tuple[Text, tuple[Topic, ...]]]:
    """Return the topics of the platform under their headings."""
    return [(_("Everyday work"), _YOURS), (_("Settings"), _SETTINGS)]
