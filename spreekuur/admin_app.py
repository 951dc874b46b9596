from django.contrib.admin.apps import AdminConfig


class ConfigurationAdminConfig(AdminConfig):
    default_site = "spreekuur.admin_site.ConfigurationSite"
