from django.db import migrations

from organisation.immutable_trail import AddImmutableTrail


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]
    operations = [AddImmutableTrail()]
