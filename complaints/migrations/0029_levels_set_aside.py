from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0028_mails_about_merged_cases'),
    ]

    operations = [
        migrations.AddField(
            model_name='escalation',
            name='tries',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='tries'),
        ),
        migrations.AddField(
            model_name='escalation',
            name='retry_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='tried again'),
        ),
        migrations.AddField(
            model_name='escalation',
            name='set_aside_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='set aside'),
        ),
        migrations.AddField(
            model_name='escalation',
            name='error',
            field=models.CharField(blank=True, max_length=300, verbose_name='error'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(condition=Q(set_aside_at__isnull=False), fields=['set_aside_at'], name='escalation_set_aside'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=Q(set_aside_at__isnull=True) | Q(tries__gte=1, retry_at__isnull=True, tell_at__isnull=True), name='level_set_aside_is_not_tried'),
        ),
    ]
