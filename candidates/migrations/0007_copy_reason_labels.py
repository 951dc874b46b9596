from django.db import migrations

from organisation.migrations._labels import copy_labels


class Migration(migrations.Migration):
    dependencies = [("candidates", "0006_language_without_default"), ("organisation", "0007_translation")]
    operations = [copy_labels("candidates", "rejectionreason")]
