"""Rename the model OtherCalendar to ExternalCalendar. The table keeps its name, so only the model state changes."""

from django.db import migrations, models
from django.db.models import CASCADE


class Migration(migrations.Migration):
    dependencies = [
        ("advisors", "0004_calendars_read_and_written"),
        ("bookings", "0006_talks_in_other_calendars"),  # refers to the model by its old name
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("OtherCalendar", "ExternalCalendar"),
                migrations.AlterModelTable("ExternalCalendar", "advisors_othercalendar"),
                migrations.AlterField(
                    "ExternalCalendar",
                    "advisor",
                    models.ForeignKey(on_delete=CASCADE, related_name="external_calendars", to="advisors.advisor"),
                ),
            ]
        )
    ]
