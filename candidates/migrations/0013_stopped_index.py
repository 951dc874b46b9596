from django.db import migrations, models


class Migration(migrations.Migration):
    """Find candidates who want no messages without reading the others."""

    dependencies = [("candidates", "0012_csv_lines")]

    operations = [
        migrations.AddIndex(
            "candidate",
            models.Index(name="candidate_stopped", fields=["id"], condition=models.Q(messages_stopped_at__isnull=False)),
        ),
    ]
