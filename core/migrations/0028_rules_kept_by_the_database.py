from django.contrib.auth.hashers import make_password
from django.db import migrations, models


def take_passwords(apps, schema_editor):
    """Services call the API with tokens; what they could sign in with goes, and their sessions with it."""
    services = apps.get_model("core", "User").objects.filter(is_service=True)
    services.exclude(password="").exclude(password__startswith="!").update(password=make_password(None))


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0026_user_version_and_tokens"),
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
    ]
