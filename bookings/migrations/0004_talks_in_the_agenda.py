"""An agenda entry now says which talk is in it, without the buffers; what stands already is told by its booking."""

from django.db import migrations


def tell(apps, schema_editor):
    Booking = apps.get_model("bookings", "Booking")
    for booking in Booking.objects.filter(entry__isnull=False).select_related("entry").iterator():
        booking.entry.talk_from, booking.entry.talk_until = booking.starts_at, booking.ends_at
        booking.entry.save(update_fields=["talk_from", "talk_until"])


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0003_waitlist_and_holds"),
        ("advisors", "0003_hours_by_rule_and_other_calendars"),
    ]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
