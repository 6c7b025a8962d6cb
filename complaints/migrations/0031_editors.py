from django.conf import settings
from django.db import migrations, models


def read_audit_lines(apps, schema_editor):
    """Who changed the text of a letter, and of an article since it was published last, stands in audit lines."""
    lines = apps.get_model("core", "AuditEntry").objects.filter(actor__isnull=False)
    for letter in apps.get_model("complaints", "DecisionLetter").objects.order_by("pk").iterator():
        found = {letter.written_by_id, letter.edited_by_id}
        about = lines.filter(subject_type="complaints.decisionletter", subject_id=letter.pk)
        for actor, changes in about.values_list("actor", "changes"):
            if {"recipient", "address", "subject", "body"} & set(changes or ()):
                found.add(actor)
        letter.editors.set(found)
    for article in apps.get_model("complaints", "Article").objects.order_by("pk").iterator():
        found = set()
        about = lines.filter(subject_type="complaints.article", subject_id=article.pk).order_by("at", "id")
        for actor, changes in about.values_list("actor", "changes"):
            if "published_at" in (changes or ()):
                found = set()
            elif {"title", "body", "category"} & set(changes or ()):
                found.add(actor)
        article.editors.set(found)


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0030_notices_of_holidays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decisionletter",
            name="editors",
            field=models.ManyToManyField(editable=False, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="article",
            name="editors",
            field=models.ManyToManyField(editable=False, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(read_audit_lines, migrations.RunPython.noop),
    ]
