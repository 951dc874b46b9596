from django.db import migrations

from organisation.audit_trigger import AddAuditTrigger


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]
    operations = [AddAuditTrigger()]
