from candidates.views.links import link_ended, new_link, open_link, stop

__all__ = ["link_ended", "new_link", "open_link", "stop"]
