// Prints encoding and segments of each text of a JSON list on standard input, as Twilio's calculator counts them.
import { readFileSync } from "node:fs";
import calculator from "sms-segments-calculator";

function counted(text) {
  const message = new calculator.SegmentedMessage(text);
  return { encoding: message.encodingName, segments: message.segmentsCount };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(counted)));
