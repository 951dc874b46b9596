from django.urls import include, path

from spreekuur.urls import handler500
from tests.bench import floors

__all__ = ["handler500"]
urlpatterns = [
    path("floor/answer", floors.answer),
    path("floor/insert", floors.insert),
    path("", include("spreekuur.urls")),
]
