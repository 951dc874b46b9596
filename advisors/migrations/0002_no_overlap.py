from django.db import migrations

from advisors.no_overlap import AddNoOverlap


class Migration(migrations.Migration):
    dependencies = [("advisors", "0001_initial")]
    operations = [AddNoOverlap()]
