"""An improvement names a cause of the register; what was typed stays as a note on it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def name_causes(apps, schema_editor):
    """Link where the text was the name or code of a cause, and forget effects measured on all complaints.

    A closed improvement with a category keeps what was measured by the category.
    """
    causes = apps.get_model("complaints", "Cause").objects
    improvements = apps.get_model("complaints", "Improvement").objects
    for row in improvements.exclude(cause_note="").exclude(state="closed", category__isnull=False):
        text = row.cause_note.strip()
        named = Q(code=text) | Q(name_en=text) | Q(name_zh_hans=text) | Q(name_zh_hant=text)
        found = list(causes.filter(named)[:2])
        if len(found) == 1:
            improvements.filter(pk=row.pk).update(cause=found[0], effect={}, measured_at=None)
    improvements.filter(cause__isnull=True, category__isnull=True).update(effect={}, measured_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0014_crisis_people'),

    ]

    operations = [
        migrations.RenameField(model_name='improvement', old_name='cause', new_name='cause_note'),
        migrations.AlterField(
            model_name='improvement',
            name='cause_note',
            field=models.CharField(blank=True, max_length=300, verbose_name='note on the cause'),
        ),
        migrations.AddField(
            model_name='improvement',
            name='cause',
            field=models.ForeignKey(blank=True, help_text='Complaints that have this cause measure the effect.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='improvements', to='complaints.cause', verbose_name='cause it removes'),
        ),
        migrations.AlterField(
            model_name='improvement',
            name='category',
            field=models.ForeignKey(blank=True, help_text='Its complaints measure the effect where no cause is named. Without either nothing is measured.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.category', verbose_name='category'),
        ),
        migrations.RunPython(name_causes, migrations.RunPython.noop),
    ]
