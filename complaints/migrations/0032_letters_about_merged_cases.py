from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models.functions import Lower

MOST_MERGES = 20


def find_letters(apps, schema_editor):
    """What was mailed, or issued, while a case was part of another one is about it, too."""
    mails = apps.get_model("complaints", "CaseLetter").objects.filter(entry__isnull=False)
    letters = apps.get_model("complaints", "DecisionLetter").objects.filter(state="issued")
    merged = apps.get_model("complaints", "Complaint").objects.filter(merged_into__isnull=False)
    for case in merged.select_related("person").order_by("pk").iterator():
        took_in, addresses = _path(case), _addresses(case)
        mailed = mails.filter(complaint__in=took_in, entry__at__gte=case.ended_at)
        for mail in mailed.alias(address=Lower("to")).filter(address__in=addresses):
            mail.also_about.add(case)
        for letter in letters.filter(complaint__in=took_in, issued_at__gte=case.ended_at):
            letter.also_about.add(case)


def _path(case):
    found = []
    while case.merged_into is not None and len(found) < MOST_MERGES:
        case = case.merged_into
        found.append(case.pk)
    return found


def _addresses(case):
    person = case.person.email if case.person is not None else ""
    return {one.strip().lower() for one in (case.contact_email, person) if one.strip()}


class Migration(migrations.Migration):
    dependencies = [("complaints", "0031_editors")]

    operations = [
        migrations.AddField(
            model_name="caseletter",
            name="also_about",
            field=models.ManyToManyField(editable=False, related_name="+", to="complaints.complaint"),
        ),
        migrations.AddField(
            model_name="decisionletter",
            name="also_about",
            field=models.ManyToManyField(editable=False, related_name="+", to="complaints.complaint"),
        ),
        migrations.RunPython(find_letters, migrations.RunPython.noop),
        # The same limits, as exact numbers.
        migrations.AlterField(
            model_name="satisfactionpolicy",
            name="false_share",
            field=models.DecimalField(
                decimal_places=3,
                default="0.010",
                help_text="Of one night's findings, over all groups looked at. Smaller: fewer warnings, later.",
                max_digits=4,
                validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(Decimal("0.2"))],
                verbose_name="share of false warnings that is borne",
            ),
        ),
    ]
