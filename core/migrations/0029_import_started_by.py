import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_the_uploaders(apps, schema_editor):
    """Until now a file was checked and written in the name of who uploaded it."""
    runs = apps.get_model("core", "ImportRun").objects
    runs.exclude(attempt=0).update(started_by=models.F("created_by"))


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0028_rules_kept_by_the_database"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="started_by",
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="started by"),
        ),
        migrations.RunPython(name_the_uploaders, migrations.RunPython.noop),
    ]
