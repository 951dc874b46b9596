from candidates.forms.links import NewLinkForm

__all__ = ["NewLinkForm"]
