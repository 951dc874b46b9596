import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Rename the model CalendarAnswer in Django's state only; the table keeps its name."""

    dependencies = [("bookings", "0008_question_about_outcome")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("CalendarAnswer", "CalendarReply"),
                migrations.AlterModelTable("calendarreply", "bookings_calendaranswer"),
                migrations.AlterField(
                    "calendarreply",
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_replies",
                        to="bookings.booking",
                    ),
                ),
            ]
        ),
    ]
