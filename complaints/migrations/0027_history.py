"""Cases of a former system, which had ended before they were brought in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0026_public_form_product")]

    operations = [
        migrations.AddField(
            model_name="complaint",
            name="is_history",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="brought in when it had ended"
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_history", False)) | ~models.Q(("external_id", "")),
                name="history_has_the_number_of_its_system",
            ),
        ),
    ]
