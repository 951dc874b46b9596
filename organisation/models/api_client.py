from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiClient(models.Model):
    """Program that may use the API, such as an applicant tracking system. Its token is stored as a digest only."""

    name = models.CharField(_("Name"), max_length=80)
    source = models.SlugField(
        _("Source"), max_length=40, help_text=_("Short word that marks what this program reports.")
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(_("May use the API"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        constraints = [
            models.UniqueConstraint(
                name="api_client_source_once", fields=["source"], condition=models.Q(is_active=True)
            ),  # a revoked token may be followed by a new one
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_authenticated(self) -> bool:
        """Tell Django REST framework that the request is authenticated."""
        return True
