// Parses a calendar from standard input with ical.js and prints, as JSON, every occurrence that ends after the first
// and starts before the second time of the command line. Times without a zone are in TZ.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const [since, until] = process.argv.slice(2).map((moment) => new Date(moment));
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
calendar.getAllSubcomponents("vtimezone").forEach((zone) => ICAL.TimezoneService.register(zone));

const events = calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event, { exceptions: [] }));
const masters = events.filter((event) => !event.isRecurrenceException());
for (const exception of events.filter((event) => event.isRecurrenceException())) {
  masters.find((event) => event.uid === exception.uid).relateException(exception);
}

function occurrence({ item, startDate, endDate }) {
  const word = (name) => item.component.getFirstPropertyValue(name);
  return {
    starts_at: startDate.toJSDate().toISOString(),
    ends_at: endDate.toJSDate().toISOString(),
    words: ["transp", "status", "x-microsoft-cdo-busystatus"].map(word).filter(Boolean),
  };
}

function* occurrences(event) {
  if (!event.isRecurring()) {
    yield { item: event, startDate: event.startDate, endDate: event.endDate };
    return;
  }
  const iterator = event.iterator();
  for (let next = iterator.next(); next && next.toJSDate() < until; next = iterator.next()) {
    yield event.getOccurrenceDetails(next);
  }
}

const found = masters.flatMap((event) => [...occurrences(event)].map(occurrence));
console.log(JSON.stringify(found.filter((one) => new Date(one.ends_at) > since && new Date(one.starts_at) < until)));
