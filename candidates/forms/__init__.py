from candidates.forms.addresses import AddressForm
from candidates.forms.intake import ImportForm, IntakeForm
from candidates.forms.links import NewLinkForm
from candidates.forms.rejections import RejectionForm
from candidates.forms.zones import ZoneForm

__all__ = ["AddressForm", "ImportForm", "IntakeForm", "NewLinkForm", "RejectionForm", "ZoneForm"]
