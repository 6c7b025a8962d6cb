"""By what a statutory deadline is met, ladders by name, what a complainant was told of acceptance, more levels.

Ladders of the product that nobody has changed get levels for acknowledgement, updates and the law; those that
somebody has changed are left alone.
"""

from django.conf import settings
from django.db import migrations, models

ON_ACCEPTANCE = (
    "Decision on acceptance (SAMR Order 20)",
    "受理决定（市场监管总局令第 20 号）",
    "受理決定（市場監管總局令第 20 號）",
)
WHO = ("owner", "team_lead", "lead_above")
LAW = (-960, -480, 0)
#: (kind, grade) → offsets that the product came with, what the last level does, and offsets that are added.
SEEDED = {
    ("complaint", "severe"): (
        {"respond": (-60, 0, 60), "solve": (-240, 0, 240)},
        "summon_crisis",
        {"acknowledge": (-10, 0, 30), "update": (-60, 0, 120), "statutory": LAW},
    ),
    ("complaint", "general"): (
        {"respond": (-120, 0, 240), "solve": (-480, 0, 480)},
        "raise_grade",
        {"acknowledge": (-30, 0), "update": (-120, 0), "statutory": LAW},
    ),
    ("complaint", ""): (
        {"respond": (-240, 0, 480), "solve": (-480, 0, 960)},
        "notify",
        {"acknowledge": (-60, 0), "update": (-240, 0), "statutory": LAW},
    ),
    ("request", ""): (
        {"respond": (-120, 0, 480), "solve": (-480, 0, 960)},
        "notify",
        {"acknowledge": (-60, 0)},
    ),
}
FIELDS = ("clock", "number", "offset", "recipient", "action", "by_mail", "through_quiet_hours", "in_working_time")


def say_how_it_is_met(apps, schema_editor):
    """The decision on acceptance is met by telling it; everything else as before, by the solution."""
    for model in ("Target", "Clock"):
        apps.get_model("complaints", model).objects.filter(name__in=ON_ACCEPTANCE).update(met_by="acceptance")


def rows_of(offsets, last, grade):
    """Return levels as rows of FIELDS."""
    return {
        (
            clock,
            number,
            offset,
            who,
            last if (clock, number) == ("solve", 3) else "notify",
            number > 1,
            grade == "severe" and number > 1,
            True,
        )
        for clock, moments in offsets.items()
        for number, (offset, who) in enumerate(zip(moments, WHO), start=1)
    }


def add_levels(apps, schema_editor):
    """Give ladders that are as the product made them the levels that they lack."""
    levels, targets = apps.get_model("complaints", "Level").objects, apps.get_model("complaints", "Target").objects
    policies = apps.get_model("complaints", "Policy").objects
    for policy in policies.filter(version=1, created_by__isnull=True, tier="", category_code=""):
        if (policy.kind, policy.grade) not in SEEDED:
            continue
        held, last, added = SEEDED[policy.kind, policy.grade]
        if set(levels.filter(policy=policy).values_list(*FIELDS)) != rows_of(held, last, policy.grade):
            continue
        asked = set(targets.filter(policy=policy).values_list("clock", flat=True))
        new = rows_of({clock: moments for clock, moments in added.items() if clock in asked}, "", policy.grade)
        levels.bulk_create(levels.model(policy=policy, **dict(zip(FIELDS, row))) for row in sorted(new))


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0020_case_language'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0019_mail_to_a_former_address'),
        ('customers', '0007_names_of_metrics'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='level',
            options={'ordering': ['clock', 'name', 'number'], 'verbose_name': 'level of escalation', 'verbose_name_plural': 'levels of escalation'},
        ),
        migrations.RemoveConstraint(
            model_name='level',
            name='one_level_of_a_number',
        ),
        migrations.AddField(
            model_name='clock',
            name='met_by',
            field=models.CharField(choices=[('acceptance', 'Acceptance told'), ('solution', 'Solution given'), ('letter', 'Decision letter issued')], default='solution', max_length=10, verbose_name='met by'),
        ),
        migrations.AddField(
            model_name='complaint',
            name='acceptance',
            field=models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('refused', 'Not accepted')], editable=False, max_length=8, verbose_name='acceptance'),
        ),
        migrations.AddField(
            model_name='complaint',
            name='acceptance_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='acceptance told'),
        ),
        migrations.AddField(
            model_name='complaint',
            name='acceptance_reason',
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name='why it was not accepted'),
        ),
        migrations.AddField(
            model_name='level',
            name='name',
            field=models.CharField(blank=True, max_length=80, verbose_name='name of the deadline'),
        ),
        migrations.AddField(
            model_name='target',
            name='met_by',
            field=models.CharField(choices=[('acceptance', 'Acceptance told'), ('solution', 'Solution given'), ('letter', 'Decision letter issued')], default='solution', max_length=10, verbose_name='met by'),
        ),
        migrations.RunPython(say_how_it_is_met, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acceptance', ''), ('acceptance_at__isnull', True)), models.Q(models.Q(('acceptance', ''), _negated=True), ('acceptance_at__isnull', False)), _connector='OR'), name='acceptance_says_when'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acceptance', 'refused'), _negated=True), models.Q(('acceptance_reason', ''), _negated=True), _connector='OR'), name='refused_acceptance_says_why'),
        ),
        migrations.AddConstraint(
            model_name='level',
            constraint=models.UniqueConstraint(fields=('policy', 'clock', 'name', 'number'), name='one_level_of_a_number'),
        ),
        migrations.AddConstraint(
            model_name='level',
            constraint=models.CheckConstraint(condition=models.Q(('clock', 'statutory'), ('name', ''), _connector='OR'), name='only_statutory_levels_are_named'),
        ),
        migrations.RunPython(add_levels, migrations.RunPython.noop),
    ]
