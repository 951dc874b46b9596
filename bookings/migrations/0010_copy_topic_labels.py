from django.db import migrations

from organisation.migrations._labels import copy_labels


class Migration(migrations.Migration):
    dependencies = [("bookings", "0009_calendar_reply"), ("organisation", "0007_translation")]
    operations = [copy_labels("bookings", "topic")]
