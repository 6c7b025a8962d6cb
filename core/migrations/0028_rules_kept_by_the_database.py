from django.contrib.auth.hashers import make_password
from django.db import migrations, models


def take_passwords(apps, schema_editor):
    """Services call the API with tokens; what they could sign in with goes, and their sessions with it."""
    services = apps.get_model("core", "User").objects.filter(is_service=True)
    services.exclude(password="").exclude(password__startswith="!").update(password=make_password(None))


def bound_intervals(apps, schema_editor):
    """An interval of more than 366 days was never meant, and some of them could not be reckoned with."""
    apps.get_model("core", "Schedule").objects.filter(every_seconds__gt=31622400).update(every_seconds=31622400)


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0027_search_terms_of_row"),
    ]

    operations = [
        migrations.RunPython(take_passwords, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_service", False), ("password", ""), ("password__startswith", "!"), _connector="OR"
                ),
                name="service_has_no_password",
                violation_error_message="A service has no password: it calls the API with tokens.",
            ),
        ),
        migrations.RunPython(bound_intervals, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="schedule", name="schedule_is_interval_or_daily"),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("daily_at__isnull", False), ("every_seconds__isnull", True)),
                    models.Q(("daily_at__isnull", True), ("every_seconds__range", (5, 31622400))),
                    _connector="OR",
                ),
                name="schedule_is_interval_or_daily",
            ),
        ),
    ]
