import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Lines of CSV files as rows. Files that were not imported yet lose their lines: they live for a day at most."""

    dependencies = [
        ('candidates', '0011_one_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='IntakeLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('cells', models.JSONField(default=dict)),
                ('width', models.JSONField(default=list)),
                ('candidate_number', models.CharField(blank=True, max_length=120)),
                ('vacancy_number', models.CharField(blank=True, max_length=120)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('verdict', models.CharField(choices=[('unknown', 'Not checked yet'), ('wrong', 'Wrong'), ('waits', 'Waits'), ('invites', 'Will be invited'), ('nobody', 'No invitation'), ('same', 'Known already')], default='unknown', max_length=10)),
                ('remarks', models.JSONField(default=list)),
            ],
            options={
                'ordering': ['file', 'number'],
            },
        ),
        migrations.RemoveField(
            model_name='intakefile',
            name='rows',
        ),
        migrations.AddField(
            model_name='intakefile',
            name='cursor',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='departments',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='done_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='encoding',
            field=models.CharField(default='utf-8', max_length=10),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='language',
            field=models.CharField(blank=True, default='', max_length=2),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='intakefile',
            name='leased_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='line_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='new_vacancies',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='unknown_departments',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='work_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='intakefile',
            name='wrong_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='intakefile',
            name='state',
            field=models.CharField(choices=[('checking', 'Being checked'), ('preview', 'To be checked'), ('importing', 'Being imported'), ('imported', 'Imported'), ('dropped', 'Given up')], default='preview', max_length=10),
        ),
        migrations.AddIndex(
            model_name='intakefile',
            index=models.Index(condition=models.Q(('state__in', ('checking', 'importing'))), fields=['id'], name='intake_file_in_progress'),
        ),
        migrations.AddField(
            model_name='intakeline',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='candidates.intakefile'),
        ),
        migrations.AddIndex(
            model_name='intakeline',
            index=models.Index(fields=['file', 'candidate_number', 'number'], name='intake_line_by_candidate'),
        ),
        migrations.AddIndex(
            model_name='intakeline',
            index=models.Index(fields=['file', 'email'], name='intake_line_by_email'),
        ),
        migrations.AddIndex(
            model_name='intakeline',
            index=models.Index(fields=['file', 'verdict', 'number'], name='intake_line_by_verdict'),
        ),
        migrations.AddConstraint(
            model_name='intakeline',
            constraint=models.UniqueConstraint(fields=('file', 'number'), name='intake_line_once'),
        ),
        migrations.AddField(
            model_name='intakeline',
            name='invite_from',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='rejection',
            name='invite_from',
            field=models.DateField(blank=True, null=True),
        ),
    ]
