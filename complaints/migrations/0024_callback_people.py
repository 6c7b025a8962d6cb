"""Who handles the case of a call-back, who noted its answer, and whether its owner was reminded."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def copy_handlers(apps, schema_editor):
    """Keep with what is due who handles its case, where that is not who calls."""
    rows = apps.get_model("complaints", "CallBack").objects.filter(state="due", complaint__owner__isnull=False)
    for pk, handler in rows.values_list("pk", "complaint__owner"):
        rows.filter(pk=pk).exclude(owner=handler).update(handler=handler)
    if schema_editor.connection.vendor == "postgresql":
        # Deferred checks of the new key would keep the table from being altered below.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0023_compensation_checks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='callback',
            name='done_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answer noted by'),
        ),
        migrations.AddField(
            model_name='callback',
            name='handler',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handler'),
        ),
        migrations.AddField(
            model_name='callback',
            name='late_told_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='reminded'),
        ),
        migrations.RunPython(copy_handlers, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.CheckConstraint(condition=models.Q(('handler__isnull', True), models.Q(models.Q(('owner__isnull', True), models.Q(('owner', models.F('handler')), _negated=True), _connector='OR'), models.Q(('done_by__isnull', True), models.Q(('done_by', models.F('handler')), _negated=True), _connector='OR')), _connector='OR'), name='callback_is_not_of_ones_own_case'),
        ),
    ]
