"""What solved cases teach: articles, their editions, and where they helped."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.learning import ArticleState
from complaints.models.complaints import Complaint
from complaints.models.taxonomy import Category
from complaints.querysets.learning import ArticleQuerySet, BelowArticle
from customers.models.base import Recorded


class Article(Recorded):
    """One article. Title and body are the working text; readers get the edition in force.

    `edition` is the number of the edition in force, 0 before the first. `terms` are the pieces of text by
    which the edition is found, so that suggesting reads no text.
    """

    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), max_length=50_000, help_text=_("Markdown: **bold**, lists, links."))
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    state = models.CharField(_("state"), max_length=10, choices=ArticleState, default=ArticleState.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="articles"
    )
    # Whoever touched the working text since the edition in force does not review it either.
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("last edited by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    editors = models.ManyToManyField(settings.AUTH_USER_MODEL, editable=False, related_name="+")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    source = models.ForeignKey(
        Complaint,
        verbose_name=_("made from"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="articles",
    )
    edition = models.PositiveIntegerField(_("edition"), default=0, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    terms = models.JSONField(default=dict, blank=True, editable=False)
    helped = models.PositiveIntegerField(_("helped"), default=0, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="article_has_a_title"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("author")),
                name="article_is_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=ArticleState.PUBLISHED) | Q(edition__gt=0, published_at__isnull=False),
                name="published_article_has_an_edition",
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(source__isnull=False) & ~Q(state=ArticleState.RETIRED),
                name="one_article_in_use_a_case",
            ),
        ]
        indexes = [
            models.Index(fields=["helped", "id"], name="article_by_helped"),
            models.Index(fields=["updated_at", "id"], name="article_by_updated"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the article."""
        return reverse("complaints:article-detail", args=[self.pk])

    @property
    def is_published(self) -> bool:
        """True while readers get an edition."""
        return self.edition > 0 and self.state != ArticleState.RETIRED


class ArticleEdition(models.Model):
    """One published text of an article; never changed afterwards."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField(_("edition"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("reviewer"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("published"), default=timezone.now)

    objects = BelowArticle.as_manager()

    class Meta:
        verbose_name = _("edition of an article")
        verbose_name_plural = _("editions of articles")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="one_edition_of_a_number"),
            models.CheckConstraint(condition=~Q(author=F("reviewer")), name="edition_is_read_by_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class ArticleHelp(models.Model):
    """An article helped with a case; counted once for each case."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="helps")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="helped_by")
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("help by an article")
        verbose_name_plural = _("help by articles")
        constraints = [
            models.UniqueConstraint(fields=["article", "complaint"], name="article_helps_a_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} → {self.complaint_id}"
