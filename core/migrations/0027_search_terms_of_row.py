from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0026_user_version_and_tokens"),
    ]

    operations = [
        # The new one first: meanwhile search finds rows by the old one. Some minutes for a million customers.
        migrations.AddIndex(
            model_name="searchterm",
            index=models.Index(fields=["kind", "object_id", "term"], name="search_terms_of_row"),
        ),
        migrations.RemoveIndex(
            model_name="searchterm",
            name="search_terms_of_record",
        ),
    ]
