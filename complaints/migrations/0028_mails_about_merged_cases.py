import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0027_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='inboundmail',
            name='meant_for',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='complaints.complaint', verbose_name='written about'),
        ),
    ]
