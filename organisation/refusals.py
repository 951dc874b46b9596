"""Every "no" of the house is a Refusal, with a sentence that a candidate may read."""

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A wish that cannot be granted. `code` goes to programs and the audit trail, `sentence` to people."""

    code = "refused"
    sentence = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.sentence)
