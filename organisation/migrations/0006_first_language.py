from django.conf import settings
from django.db import migrations, models

import organisation.models.policy


class Migration(migrations.Migration):
    """Take the default of the first language from the settings; defaults are not in the database."""

    dependencies = [("organisation", "0005_limits_of_texts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "policy",
                    "default_language",
                    models.CharField(
                        choices=settings.LANGUAGES,
                        default=organisation.models.policy.first_language,
                        max_length=2,
                        verbose_name="First language",
                    ),
                ),
            ]
        ),
    ]
