from django.apps import AppConfig


class SpreekuurConfig(AppConfig):
    name = "spreekuur"
