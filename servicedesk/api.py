"""The API's collections, gathered from the apps."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()
router.include_root_view = False
