"""The audit trigger lets entries go that are more than a year old. Backwards the newer trigger stays: it is as safe."""

from django.db import migrations

from organisation.audit_trigger import create_trigger


def replace_trigger(apps, schema_editor):
    create_trigger(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("organisation", "0010_retention")]
    operations = [migrations.RunPython(replace_trigger, migrations.RunPython.noop)]
