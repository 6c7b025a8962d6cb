"""Addresses of articles."""

from django.urls import path

from complaints.views import knowledge, suggestions

urlpatterns = [
    path("knowledge/", knowledge.ArticleList.as_view(), name="article-list"),
    path("knowledge/new/", knowledge.ArticleCreate.as_view(), name="article-create"),
    path("knowledge/suggest/", suggestions.KnowledgeSuggest.as_view(), name="knowledge-suggest"),
    path("knowledge/<int:pk>/", knowledge.ArticleDetail.as_view(), name="article-detail"),
    path("knowledge/<int:pk>/edit/", knowledge.ArticleUpdate.as_view(), name="article-update"),
    path("knowledge/<int:pk>/move/", knowledge.ArticleMove.as_view(), name="article-move"),
    path("knowledge/<int:pk>/editions/", knowledge.ArticleEditions.as_view(), name="article-editions"),
    path("<int:pk>/article/", knowledge.ArticleFromCase.as_view(), name="article-from-case"),
    path("<int:pk>/knowledge/", suggestions.KnowledgePanel.as_view(), name="knowledge-panel"),
    path("<int:pk>/knowledge/helped/", suggestions.KnowledgeHelp.as_view(), name="knowledge-help"),
]
