from django.db import migrations

from core.database_objects import CreateDatabaseObject
from organisation.audit_trigger import APPEND_ONLY


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]
    operations = [CreateDatabaseObject(APPEND_ONLY)]
