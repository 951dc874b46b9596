from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop the default language of a candidate, which every source now states; defaults are not in the database."""

    dependencies = [("candidates", "0005_confirmed_addresses")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "candidate",
                    "language",
                    models.CharField(choices=settings.LANGUAGES, max_length=2, verbose_name="Language"),
                ),
            ]
        ),
    ]
