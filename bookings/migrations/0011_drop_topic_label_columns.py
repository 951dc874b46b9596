from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop the columns per language. Their default is for the way back: it fills the rows until labels are copied."""

    dependencies = [("bookings", "0010_copy_topic_labels")]

    operations = [
        migrations.AlterField("topic", "label_nl", models.CharField(default="", max_length=120, verbose_name="Dutch")),
        migrations.AlterField(
            "topic", "label_en", models.CharField(default="", max_length=120, verbose_name="English")
        ),
        migrations.RemoveField("topic", "label_nl"),
        migrations.RemoveField("topic", "label_en"),
    ]
