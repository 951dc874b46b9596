"""The columns in which workers kept what they saw of jumps of their clock. Stop the workers of before first."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0014_names_without_columns"),
    ]

    operations = [
        migrations.RemoveField("heartbeat", "clock_offset"),
        migrations.RemoveField("heartbeat", "calm_at"),
    ]
