"""What a second person must see is stored: that a complaint was severe once, and who handled what is objected to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


#: Lines of the log that say from which grade a complaint came.
REGRADED = ("regraded", "graded_again")


def keep_what_was(apps, schema_editor):
    """Mark what is severe, what the log says was, and copy the handler to the objections."""
    complaints = apps.get_model("complaints", "Complaint").objects
    entries = apps.get_model("complaints", "Entry").objects
    lines = entries.filter(kind="system", data__code__in=REGRADED, data__params__old="severe")
    complaints.filter(models.Q(grade="severe") | models.Q(pk__in=lines.values("complaint"))).update(was_severe=True)
    objections = apps.get_model("complaints", "ConductObjection").objects
    for pk, handler in objections.values_list("pk", "designation__handler"):
        objections.filter(pk=pk).exclude(reviewed_by=handler).update(handler=handler)


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0012_public_form'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0019_mail_to_a_former_address'),
        ('customers', '0007_names_of_metrics'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(model_name='statusaccess', name='receipt_sent_at'),
        migrations.RemoveConstraint(
            model_name='conductobjection',
            name='objection_is_reviewed_by_a_third',
        ),
        migrations.AddField(
            model_name='complaint',
            name='was_severe',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='conductobjection',
            name='handler',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='conductobjection',
            constraint=models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), models.Q(models.Q(('reviewed_by', models.F('proposer')), _negated=True), models.Q(('reviewed_by', models.F('decider')), _negated=True), models.Q(('handler__isnull', True), models.Q(('reviewed_by', models.F('handler')), _negated=True), _connector='OR')), _connector='OR'), name='objection_is_reviewed_by_a_third'),
        ),
        migrations.RunPython(keep_what_was, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('grade', 'severe'), _negated=True), ('was_severe', True), _connector='OR'), name='severe_complaint_is_kept_as_such'),
        ),
    ]
