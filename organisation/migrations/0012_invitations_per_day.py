import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0011_audit_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='policy',
            name='invitations_per_day',
            field=models.PositiveSmallIntegerField(default=0, help_text='Oldest first; what is left over leaves on the next working day. 0: any number.', validators=[django.core.validators.MaxValueValidator(5000)], verbose_name='Invitations per day, at most'),
        ),
    ]
