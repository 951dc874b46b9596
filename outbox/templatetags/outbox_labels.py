"""Filters for the pages about messages: labels of kinds and keys, and masked recipients."""

from django import template

from core.masking import mask_recipient
from organisation.audit_labels import key_label
from outbox.labels import kind_label

register = template.Library()
register.filter(kind_label)
register.filter(key_label)
register.filter("masked", mask_recipient)
