from django.db import migrations

from advisors.overlap_constraint import NO_OVERLAP
from core.database_objects import CreateDatabaseObject


class Migration(migrations.Migration):
    dependencies = [("advisors", "0001_initial")]
    operations = [CreateDatabaseObject(NO_OVERLAP)]
