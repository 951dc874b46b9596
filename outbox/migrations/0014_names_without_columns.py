"""Names of models and fields in the code; no table, column, index or constraint changes.

Indexes and constraints are removed and added in the state alone, because their definitions name the fields.
"""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Coalesce

MODELS = [
    migrations.RenameModel("Turn", "DeliveryRun"),
    migrations.AlterModelTable("deliveryrun", "outbox_turn"),
    migrations.RenameModel("Outage", "ProviderOutage"),
    migrations.AlterModelTable("provideroutage", "outbox_outage"),
    migrations.RenameModel("Allowance", "UsageCounter"),
    migrations.AlterModelTable("usagecounter", "outbox_allowance"),
]
FIELDS = [
    migrations.RenameField("provideroutage", "channel", "transport"),
    migrations.AlterField(
        "provideroutage", "transport", models.CharField(db_column="channel", max_length=4, unique=True)
    ),
    migrations.AlterModelOptions("provideroutage", {"ordering": ["transport"]}),
    migrations.RenameField("message", "channel", "transport"),
    migrations.AlterField(
        "message",
        "transport",
        models.CharField(choices=[("mail", "E-mail"), ("sms", "Text message")], db_column="channel", max_length=4),
    ),
    migrations.RenameField("message", "is_standby", "is_dormant"),
    migrations.AlterField("message", "is_dormant", models.BooleanField(db_column="is_standby", default=False)),
    migrations.RenameField("message", "useless_after", "expires_at"),
    migrations.AlterField(
        "message", "expires_at", models.DateTimeField(blank=True, db_column="useless_after", null=True)
    ),
]
INDEXES = [
    models.Index(
        name="message_ready", fields=["transport", "not_before"], condition=Q(state="queued", is_dormant=False)
    ),
    models.Index(name="message_useless", fields=["expires_at"], condition=Q(state="queued")),
    models.Index(Coalesce("first_due_at", "not_before"), name="message_due_at", condition=Q(is_dormant=False)),
    models.Index(name="message_texts_to", fields=["recipient"], condition=Q(transport="sms")),
]
CONSTRAINT = models.CheckConstraint(
    name="message_standby_waits_for_one", condition=Q(is_dormant=False) | Q(fallback_for__isnull=False)
)


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0013_what_pages_ask"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                *(migrations.RemoveIndex("message", index.name) for index in INDEXES),
                migrations.RemoveConstraint("message", CONSTRAINT.name),
                *MODELS,
                *FIELDS,
                *(migrations.AddIndex("message", index) for index in INDEXES),
                migrations.AddConstraint("message", CONSTRAINT),
            ]
        ),
    ]
