from django.db import migrations, models


class Migration(migrations.Migration):
    """Find invitations that the candidate declined without reading the others."""

    dependencies = [("candidates", "0013_stopped_index"), ("bookings", "0012_languages_of_settings")]

    operations = [
        migrations.AddIndex(
            "invitation",
            models.Index(name="invitation_declined", fields=["id"], condition=models.Q(declined_at__isnull=False)),
        ),
    ]
