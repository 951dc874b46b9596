import pytest

from core.lookups import in_keys
from organisation.models import Department

pytestmark = pytest.mark.django_db


def chosen():
    rows = Department.objects.order_by()
    keys = rows.filter(name="A").values("pk").union(rows.filter(name="B").values("pk"))
    return Department.objects.filter(in_keys("pk", keys), is_active=True)


@pytest.mark.both_databases
def test_rows_with_one_of_the_keys():
    Department.objects.bulk_create(Department(name=name) for name in "ABC")

    assert sorted(chosen().values_list("name", flat=True)) == ["A", "B"]
    assert sorted(Department.objects.exclude(pk__in=chosen()).values_list("name", flat=True)) == ["C"]


@pytest.mark.only_on("postgresql")
def test_the_keys_are_selected_once():
    assert "InitPlan" in chosen().explain()
