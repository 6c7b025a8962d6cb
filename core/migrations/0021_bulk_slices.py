"""Actions on many rows keep the numbers of their rows from the beginning."""

from django.db import migrations, models

_STEP = 50


def keep_what_is_left(apps, schema_editor):
    """Give actions on ticked rows that are under way the rows that are left.

    One on everything that filters showed ends where it is: which rows it meant was never kept.
    """
    BulkRun, BulkSlice = apps.get_model("core", "BulkRun"), apps.get_model("core", "BulkSlice")
    for run in BulkRun.objects.filter(state__in=["waiting", "running"], ids__isnull=False).iterator():
        left = sorted(pk for pk in run.ids if pk > run.cursor)
        BulkSlice.objects.bulk_create(
            BulkSlice(run=run, number=number, ids=left[start : start + _STEP])
            for number, start in enumerate(range(0, len(left), _STEP))
        )


class Migration(migrations.Migration):
    dependencies = [
        ('core', '0020_job_pace'),

    ]

    operations = [
        migrations.CreateModel(
            name="BulkSlice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("ids", models.JSONField(verbose_name="rows")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="slices", to="core.bulkrun"
                    ),
                ),
            ],
            options={
                "verbose_name": "part of an action",
                "verbose_name_plural": "parts of actions",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["run", "number"],
                        name="bulk_slice_to_do",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("run", "number"), name="bulk_slice_once")],
            },
        ),
        migrations.RunPython(keep_what_is_left, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(model_name="bulkrun", name="cursor"),
        migrations.RemoveField(model_name="bulkrun", name="ids"),
        migrations.RemoveField(model_name="bulkrun", name="last_id"),
        migrations.RemoveField(model_name="bulkrun", name="undo_cursor"),
    ]
