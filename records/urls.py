"""Addresses of the records."""

from django.urls import path

from records import views, views_approvals, views_drafts, views_exports, views_sent, views_work

urlpatterns = [
    path("audit/", views.audit_trail, name="audit"),
    path("approvals/", views_approvals.approvals, name="approvals"),
    path("approvals/<int:pk>/decide/", views_approvals.decide_approval, name="approval_decide"),
    path("exports/<int:pk>/", views_exports.bulk_export, name="bulk_export"),
    path("exports/<int:pk>/file/", views_exports.bulk_export_file, name="bulk_export_file"),
    path("running/", views_work.running_work, name="running_work"),
    path("sent/", views_sent.sent, name="sent"),
    path("drafts/", views_drafts.drafts, name="drafts"),
    path("drafts/keep/", views_drafts.keep_draft, name="draft_keep"),
]
