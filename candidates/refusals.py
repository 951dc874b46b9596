from django.utils.translation import gettext_lazy as _

from organisation.refusals import Refusal


class LinkUnknown(Refusal):
    code = "link_unknown"
    sentence = _("This link does not work any more. You can ask for a new one.")
