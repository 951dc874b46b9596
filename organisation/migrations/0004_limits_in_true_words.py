from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_agenda_rules")]

    operations = [
        migrations.AlterField(
            model_name="policy",
            name="hold_hours",
            field=models.PositiveSmallIntegerField(
                default=4,
                validators=[MinValueValidator(1), MaxValueValidator(72)],
                verbose_name="We hold a moment for (hours)",
            ),
        ),
        migrations.AlterField(
            model_name="policy",
            name="cancel_until_hours",
            field=models.PositiveSmallIntegerField(
                default=4, validators=[MaxValueValidator(168)], verbose_name="Move until (hours before)"
            ),
        ),
    ]
