"""Every address of the installation."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cases.views import presence
from servicedesk import live, views
from servicedesk.api import router
from servicedesk.token import ObtainToken

# The strongest pages have no door of their own: same form, same guesses counted, same second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Its script comes from an address of its own: no inline one gets past the security policy.
api_docs = SpectacularSwaggerSplitView.as_view(url_name="api_schema", http_method_names=["get"])

handler400 = "servicedesk.views.unreadable"
handler403 = "servicedesk.views.not_allowed"
handler404 = "servicedesk.views.not_found"
handler500 = "servicedesk.views.failed"

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("project/<slug:code>/", views.switch_project, name="switch_project"),
    path("preferences/", views.preferences, name="preferences"),
    path("palette/", views.palette, name="palette"),
    path("live/", live.live, name="live"),
    path("c/<str:number>/", views.case, name="case"),
    path("c/<str:number>/files/<str:token>/", views.case_file, name="case_file"),
    path("cases/<str:number>/presence/", presence, name="case_presence"),
    path("", include("notifications.urls")),
    path("", include("records.urls")),
    path("", include("sla.urls")),
    path("", include("portal.urls")),
    path("", include("reception.urls")),
    path("", include("complaints.urls")),
    path("", include("tickets.urls")),
    path("", include("billing.urls")),
    path("", include("billing.urls_tariffs")),
    path("", include("billing.urls_arrears")),
    path("", include("visits.urls")),
    path("", include("estate.urls_import")),
    path("i18n/setlang/", views.choose_language, name="set_language"),
    path("accounts/", include("servicedesk.doors")),
    path("admin/", admin.site.urls),
    path("api/v1/auth/token/", ObtainToken.as_view(), name="api_token"),
    path("api/v1/cases/<str:number>/files/<str:token>/", views.CaseFileApi.as_view(), name="api_case_file"),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", api_docs, name="api_docs"),
]
