"""Pieces of published articles are folded as the search folds: traditional forms find simplified ones."""

from django.db import migrations

from complaints.similarity import terms_of


def fold_terms(apps, schema_editor):
    """Build the pieces of each article anew, from the edition in force."""
    articles = apps.get_model("complaints", "Article").objects
    editions = apps.get_model("complaints", "ArticleEdition").objects
    for pk, number in articles.filter(edition__gt=0).values_list("pk", "edition"):
        row = editions.filter(article=pk, number=number).first()
        if row is not None:
            terms = terms_of(f"{row.title}\n{row.title}\n{row.body}")
            articles.filter(pk=pk).update(terms=dict(terms))


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0015_improvement_cause'),

    ]

    operations = [
        migrations.RunPython(fold_terms, migrations.RunPython.noop),
    ]
