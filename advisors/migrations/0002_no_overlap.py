from django.db import migrations

from advisors.overlap_constraint import AddNoOverlap


class Migration(migrations.Migration):
    dependencies = [("advisors", "0001_initial")]
    operations = [AddNoOverlap()]
