from django import template

from core.masking import masked
from organisation.audit_labels import key_in_words
from outbox.labels import kind_in_words

register = template.Library()
register.filter(kind_in_words)
register.filter(key_in_words)
register.filter(masked)
