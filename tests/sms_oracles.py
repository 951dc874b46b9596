"""Oracle for SMS segments: Twilio's calculator, github.com/TwilioDevEd/message-segment-calculator."""

import json
import subprocess
from pathlib import Path

ORACLE = Path(__file__).parent / "oracles" / "count_segments.mjs"


def counted_by_twilio(texts):
    """(encoding, segments) of each text, such as ("GSM-7", 1), counted in one process."""
    result = subprocess.run(["node", ORACLE], input=json.dumps(texts).encode(), capture_output=True, check=True)
    return [(one["encoding"], one["segments"]) for one in json.loads(result.stdout)]
