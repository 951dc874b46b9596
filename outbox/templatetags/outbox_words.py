from django import template

from organisation.words import key_in_words
from outbox.masking import masked
from outbox.words import kind_in_words

register = template.Library()
register.filter(kind_in_words)
register.filter(key_in_words)
register.filter(masked)
