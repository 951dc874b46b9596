from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('candidates', '0010_duplicate_confirmations'),
    ]

    operations = [
        migrations.AlterField(
            model_name='candidate',
            name='first_name',
            field=models.CharField(blank=True, max_length=200, verbose_name='First name'),
        ),
        migrations.AlterField(
            model_name='candidate',
            name='last_name',
            field=models.CharField(blank=True, max_length=200, verbose_name='Last name'),
        ),
        migrations.AddConstraint(
            model_name='candidate',
            constraint=models.CheckConstraint(condition=models.Q(('first_name', ''), ('last_name', ''), _negated=True), name='candidate_has_a_name'),
        ),
    ]
