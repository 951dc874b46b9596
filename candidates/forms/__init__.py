from candidates.forms.intake import ImportForm, IntakeForm
from candidates.forms.links import NewLinkForm
from candidates.forms.rejections import RejectionForm
from candidates.forms.zones import ZoneForm

__all__ = ["ImportForm", "IntakeForm", "NewLinkForm", "RejectionForm", "ZoneForm"]
