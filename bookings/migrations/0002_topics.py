from django.db import migrations

from bookings.default_topics import TOPICS


def load(apps, schema_editor):
    topics = apps.get_model("bookings", "Topic").objects
    for code, label_nl, label_en in TOPICS:
        topics.get_or_create(code=code, defaults={"label_nl": label_nl, "label_en": label_en})


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
