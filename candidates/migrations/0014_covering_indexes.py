import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Find the applications that a recruiter may see by indexes that need no rows."""

    dependencies = [("candidates", "0013_stopped_index")]

    operations = [
        migrations.AddIndex(
            "application",
            models.Index(name="application_by_vacancy", fields=["vacancy"], include=["id", "candidate"]),
        ),
        migrations.AddIndex(
            "rejection",
            models.Index(name="rejection_by_recruiter", fields=["recruiter"], include=["application"]),
        ),
        migrations.AlterField(
            "application",
            "vacancy",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="vacancies.vacancy",
            ),
        ),
        migrations.AlterField(
            "rejection",
            "recruiter",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rejections",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
