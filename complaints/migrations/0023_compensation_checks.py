"""What the last check of a compensation saw, who handled the case then, and what a second person agrees to again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def copy_handlers(apps, schema_editor):
    """Say who handles the case of what was approved, where that is somebody else than who approved."""
    rows = apps.get_model("complaints", "Compensation").objects.filter(approved_by__isnull=False)
    for pk, handler in rows.values_list("pk", "complaint__owner"):
        rows.filter(pk=pk).exclude(approved_by=handler).update(handler=handler)
    if schema_editor.connection.vendor == "postgresql":
        # Deferred checks of the new key would keep the table from being altered below.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0022_quiet_hours'),
        ('core', '0019_mail_to_a_former_address'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='compensation',
            name='compensation_approved_by_a_second',
        ),
        migrations.AddField(
            model_name='compensation',
            name='awaits_second',
            field=models.BooleanField(default=False, editable=False, verbose_name='needs a second person again'),
        ),
        migrations.AddField(
            model_name='compensation',
            name='case_total',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=16, null=True),
        ),
        migrations.AddField(
            model_name='compensation',
            name='ceiling_free',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name='compensation',
            name='ceiling_most',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name='compensation',
            name='handler',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='compensation',
            name='is_exception',
            field=models.BooleanField(default=False, editable=False, verbose_name='kept above the ceiling'),
        ),
        migrations.RunPython(copy_handlers, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='compensation',
            index=models.Index(condition=models.Q(('awaits_second', True)), fields=['created_at', 'id'], name='compensation_in_doubt'),
        ),
        migrations.AddConstraint(
            model_name='compensation',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(models.Q(('approved_by', models.F('proposed_by')), _negated=True), models.Q(('handler__isnull', True), models.Q(('approved_by', models.F('handler')), _negated=True), _connector='OR')), _connector='OR'), name='compensation_approved_by_a_second'),
        ),
        migrations.AddConstraint(
            model_name='compensation',
            constraint=models.CheckConstraint(condition=models.Q(('needs_approval', True), ('value', 0), ('case_total__isnull', True), ('case_total__lte', models.F('ceiling_free')), _connector='OR'), name='compensation_says_what_needs_approval'),
        ),
        migrations.AddConstraint(
            model_name='compensation',
            constraint=models.CheckConstraint(condition=models.Q(('value', 0), ('case_total__isnull', True), ('case_total__lte', models.F('ceiling_most')), models.Q(('approved_by__isnull', False), ('is_exception', True)), _connector='OR'), name='compensation_within_the_ceiling'),
        ),
        migrations.AddConstraint(
            model_name='compensation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case_total__isnull', True), ('ceiling_free__isnull', True), ('ceiling_most__isnull', True)), models.Q(('case_total__gte', models.F('value')), ('ceiling_free__isnull', False), ('ceiling_most__gte', models.F('ceiling_free'))), _connector='OR'), name='compensation_keeps_its_ceiling_whole'),
        ),
        migrations.AddConstraint(
            model_name='compensation',
            constraint=models.CheckConstraint(condition=models.Q(('awaits_second', False), ('state__in', ['approved', 'offered', 'accepted']), _connector='OR'), name='compensation_in_doubt_is_not_given'),
        ),
    ]
