from django.urls import include, path

from spreekuur.urls import handler500
from tests.bench import baselines

__all__ = ["handler500"]
urlpatterns = [
    path("floor/answer", baselines.answer),
    path("floor/insert", baselines.insert),
    path("", include("spreekuur.urls")),
]
