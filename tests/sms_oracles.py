"""Oracle for SMS segments: Twilio's calculator, github.com/TwilioDevEd/message-segment-calculator."""

from tests.oracle_process import ask


def counted_by_twilio(texts):
    """(encoding, segments) of each text, such as ("GSM-7", 1)."""
    counted = [ask("node", "count", text) for text in texts]
    return [(one["encoding"], one["segments"]) for one in counted]
