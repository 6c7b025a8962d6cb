
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0016_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='arranged')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='arranged by')),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deputyships', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='who is away')),
            ],
            options={
                'verbose_name': 'absence',
                'verbose_name_plural': 'absences',
                'ordering': ['starts_on', 'id'],
                'indexes': [models.Index(fields=['deputy', 'ends_on'], name='absence_of_deputy'), models.Index(fields=['user', 'ends_on'], name='absence_of_user')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('deputy', models.F('user')), _negated=True), name='nobody_is_ones_own_deputy')],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_type', models.CharField(max_length=60, verbose_name='kind of record')),
                ('subject_id', models.PositiveBigIntegerField(verbose_name='number')),
                ('subject_label', models.CharField(max_length=200, verbose_name='record')),
                ('level', models.CharField(choices=[('view', 'May see it'), ('change', 'May see and change it')], default='view', max_length=6, verbose_name='allows')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='shared')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='shared by')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='received_shares', to='core.team', verbose_name='team')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='received_shares', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'share',
                'verbose_name_plural': 'shares',
                'indexes': [models.Index(fields=['user', 'until'], name='share_of_person'), models.Index(fields=['team', 'until'], name='share_of_team')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('team__isnull', True), ('user__isnull', False)), models.Q(('team__isnull', False), ('user__isnull', True)), _connector='OR'), name='share_is_for_a_person_or_a_team'), models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('subject_type', 'subject_id', 'user'), name='one_share_a_record_and_person'), models.UniqueConstraint(condition=models.Q(('team__isnull', False)), fields=('subject_type', 'subject_id', 'team'), name='one_share_a_record_and_team')],
            },
        ),
    ]
