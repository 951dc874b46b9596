from django.db import migrations

from candidates.default_reasons import REASONS


def load(apps, schema_editor):
    reasons = apps.get_model("candidates", "RejectionReason").objects
    for code, category, label_nl, label_en, needs_component, needs_care in REASONS:
        values = {"category": category, "label_nl": label_nl, "label_en": label_en}
        reasons.get_or_create(
            code=code, defaults={**values, "needs_component": needs_component, "needs_care": needs_care}
        )


class Migration(migrations.Migration):
    dependencies = [("candidates", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
