from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop the columns per language. Their default is for the way back: it fills the rows until labels are copied."""

    dependencies = [("candidates", "0007_copy_reason_labels")]

    operations = [
        migrations.AlterField(
            "rejectionreason", "label_nl", models.CharField(default="", max_length=120, verbose_name="Dutch")
        ),
        migrations.AlterField(
            "rejectionreason", "label_en", models.CharField(default="", max_length=120, verbose_name="English")
        ),
        migrations.RemoveField("rejectionreason", "label_nl"),
        migrations.RemoveField("rejectionreason", "label_en"),
    ]
