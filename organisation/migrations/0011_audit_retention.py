"""The audit trigger lets entries go that are more than a year old. Backwards the newer trigger stays: it is as safe."""

from django.db import migrations

from organisation.audit_trigger import APPEND_ONLY


def replace_trigger(apps, schema_editor):
    APPEND_ONLY.create(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("organisation", "0010_retention")]
    operations = [migrations.RunPython(replace_trigger, migrations.RunPython.noop)]
