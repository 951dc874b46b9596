// Encoding and segments of a text, as Twilio's calculator counts them.
import calculator from "sms-segments-calculator";

export function count(text) {
  const message = new calculator.SegmentedMessage(text);
  return { encoding: message.encodingName, segments: message.segmentsCount };
}
