from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class SpreekuurConfig(AppConfig):
    name = "spreekuur"


class ConfigurationAdminConfig(admin_apps.AdminConfig):
    """Admin app with our own admin site; listed in INSTALLED_APPS by its path."""

    default = False
    default_site = "spreekuur.admin_site.ConfigurationSite"
