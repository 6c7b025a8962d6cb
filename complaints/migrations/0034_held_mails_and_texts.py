import django.utils.timezone
from django.db import migrations, models


def let_go_of_emptied(apps, schema_editor):
    """Of mails beyond the limit whose originals are gone there is nothing left to decide."""
    rows = apps.get_model("complaints", "InboundMail").objects.filter(reason="throttled", raw=b"", size__gt=0)
    rows.update(reason="left_out")


def hold_left_out(apps, schema_editor):
    """The version before knows one word for both."""
    apps.get_model("complaints", "InboundMail").objects.filter(reason="left_out").update(reason="throttled")


class Migration(migrations.Migration):
    dependencies = [("complaints", "0033_board_index")]

    operations = [
        migrations.AlterField(
            model_name='inboundmail',
            name='reason',
            field=models.CharField(blank=True, choices=[('new_case', 'New case'), ('reply', 'Answer of the customer'), ('reopened', 'Answer that reopened the case'), ('follows', 'New case that follows an ended one'), ('staff_note', 'From a colleague: kept as an internal note'), ('bounced', 'A mail of ours came back'), ('automatic', 'Automatic answer or mass mail'), ('unknown_bounce', 'Undeliverable notice, not of ours'), ('own', 'Written by this system: a loop'), ('staff', 'From a colleague, about no case'), ('throttled', 'Too many from this sender within an hour'), ('left_out', 'Too many from this sender, and left out by us'), ('duplicate', 'Taken already from another mailbox'), ('refused', 'Refused by the rules of cases'), ('trouble', 'Could not be worked on')], max_length=20, verbose_name='reason'),
        ),
        migrations.RunPython(let_go_of_emptied, hold_left_out),
        migrations.AddIndex(
            model_name='inboundmail',
            index=models.Index(condition=models.Q(('reason', 'throttled')), fields=['sender'], name='mail_held'),
        ),
        migrations.AddConstraint(
            model_name='inboundmail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'throttled'), _negated=True), ('size', 0), models.Q(('raw', b''), _negated=True), _connector='OR'), name='held_mail_keeps_its_original'),
        ),
        migrations.CreateModel(
            name='TextMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry', models.PositiveBigIntegerField(default=0)),
                ('next_entry', models.PositiveBigIntegerField(default=0)),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'mark of texts',
                'verbose_name_plural': 'marks of texts',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_mark_of_texts'), models.CheckConstraint(condition=models.Q(('entry__lte', models.F('next_entry'))), name='text_mark_goes_on')],
            },
        ),
    ]
