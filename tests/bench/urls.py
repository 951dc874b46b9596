from django.urls import include, path

from spreekuur.urls import handler500
from tests.bench import baselines

__all__ = ["handler500"]
urlpatterns = [
    path("baseline/answer", baselines.respond),
    path("baseline/insert", baselines.insert),
    path("", include("spreekuur.urls")),
]
