from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Take the choices of languages from the settings, so that another language needs no migration."""

    dependencies = [("bookings", "0011_drop_topic_label_columns")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model,
                    "language",
                    models.CharField(choices=settings.LANGUAGES, max_length=2, verbose_name="Language"),
                )
                for model in ("booking", "hold", "waitlistentry")
            ]
        ),
    ]
