from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0029_levels_set_aside")]

    operations = [
        migrations.AddField(
            model_name="businesscalendar",
            name="notices_until",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Of years that the product does not know yet; empty: none.",
                null=True,
                validators=[MinValueValidator(2000), MaxValueValidator(2999)],
                verbose_name="notices entered by hand up to the year",
            ),
        ),
    ]
