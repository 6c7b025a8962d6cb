"""Addresses of decision letters, unreasonable complaints and legal references."""

from django.urls import path

from complaints.views import (
    conduct,
    conduct_forms,
    criteria,
    letter_forms,
    letter_templates,
    letters,
    references,
)

urlpatterns = [
    path("<int:pk>/letters/", letters.LetterPanel.as_view(), name="letter-panel"),
    path("<int:pk>/letters/new/", letter_forms.LetterCreate.as_view(), name="letter-create"),
    path("letters/", letters.LetterList.as_view(), name="letter-list"),
    path("letters/<int:pk>/", letters.LetterDetail.as_view(), name="letter-detail"),
    path("letters/<int:pk>/edit/", letter_forms.LetterUpdate.as_view(), name="letter-update"),
    path("letters/<int:pk>/submit/", letter_forms.LetterSubmit.as_view(), name="letter-submit"),
    path("letters/<int:pk>/approve/", letter_forms.LetterApprove.as_view(), name="letter-approve"),
    path("letters/<int:pk>/return/", letter_forms.LetterReturn.as_view(), name="letter-return"),
    path("letters/<int:pk>/discard/", letter_forms.LetterDiscard.as_view(), name="letter-discard"),
    path("letters/<int:pk>/issue/", letter_forms.LetterIssue.as_view(), name="letter-issue"),
    path("letters/<int:pk>/correct/", letter_forms.LetterCorrect.as_view(), name="letter-correct"),
    path("letters/<int:pk>/hand-over/", letter_forms.LetterHandOver.as_view(), name="letter-handover"),
    path("letters/<int:pk>/print/", letters.LetterPrint.as_view(), name="letter-print"),
    path("letters/<int:pk>/download/", letters.LetterDownload.as_view(), name="letter-download"),
    path("settings/letters/", letter_templates.TemplateList.as_view(), name="lettertemplate-list"),
    path(
        "settings/letters/rules/", letter_templates.LetterRulesUpdate.as_view(), name="lettersettings-update"
    ),
    path(
        "settings/letters/<int:pk>/", letter_templates.TemplateUpdate.as_view(), name="lettertemplate-update"
    ),
    path(
        "settings/letters/<int:pk>/preview/",
        letter_templates.TemplatePreview.as_view(),
        name="lettertemplate-preview",
    ),
    path(
        "settings/letters/<int:pk>/editions/",
        letter_templates.TemplateEditions.as_view(),
        name="lettertemplate-editions",
    ),
    path("unreasonable/", conduct.DesignationList.as_view(), name="designation-list"),
    path("<int:pk>/unreasonable/new/", conduct_forms.DesignationCreate.as_view(), name="designation-create"),
    path("unreasonable/of-customer/<int:pk>/", conduct.CustomerBanner.as_view(), name="designation-banner"),
    path("unreasonable/<int:pk>/", conduct.DesignationDetail.as_view(), name="designation-detail"),
    path(
        "unreasonable/<int:pk>/decide/", conduct_forms.DesignationDecide.as_view(), name="designation-decide"
    ),
    path(
        "unreasonable/<int:pk>/notice/", conduct_forms.DesignationNotice.as_view(), name="designation-notice"
    ),
    path(
        "unreasonable/<int:pk>/object/", conduct_forms.DesignationObject.as_view(), name="designation-object"
    ),
    path("unreasonable/<int:pk>/lift/", conduct_forms.DesignationLift.as_view(), name="designation-lift"),
    path(
        "unreasonable/<int:pk>/anonymise/",
        conduct_forms.DesignationAnonymise.as_view(),
        name="designation-anonymise",
    ),
    path(
        "unreasonable/objections/<int:pk>/review/",
        conduct_forms.ObjectionReview.as_view(),
        name="objection-review",
    ),
    path("settings/criteria/", criteria.CriterionList.as_view(), name="criterion-list"),
    path("settings/criteria/new/", criteria.CriterionCreate.as_view(), name="criterion-create"),
    path("settings/criteria/<int:pk>/", criteria.CriterionUpdate.as_view(), name="criterion-update"),
    path("references/", references.ReferenceList.as_view(), name="reference-list"),
    path("references/new/", references.ReferenceCreate.as_view(), name="reference-create"),
    path("references/<int:pk>/", references.ReferenceDetail.as_view(), name="reference-detail"),
    path("references/<int:pk>/edit/", references.ReferenceUpdate.as_view(), name="reference-update"),
    path("<int:pk>/references/", references.ReferencePanel.as_view(), name="reference-panel"),
    path("<int:pk>/cite/", references.CaseCite.as_view(), name="citation-case"),
    path("letters/<int:pk>/cite/", references.LetterCite.as_view(), name="citation-letter"),
    path("unreasonable/<int:pk>/cite/", references.DesignationCite.as_view(), name="citation-designation"),
    path("citations/<int:pk>/remove/", references.CitationDelete.as_view(), name="citation-delete"),
]
