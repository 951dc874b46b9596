from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0008_texts_to_a_number"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
