from django.db import migrations, models


class Migration(migrations.Migration):
    """Tell of roles that a colleague got."""

    dependencies = [("organisation", "0013_audit_indexes")]

    operations = [
        migrations.AlterField(
            "accountnotice",
            "kind",
            models.CharField(
                choices=[
                    ("email_changed", "Mail address changed"),
                    ("role_requested", "Role asked for"),
                    ("role_taken", "Own role given"),
                    ("role_given", "Role of a colleague given"),
                ],
                max_length=20,
            ),
        ),
    ]
