// Parses a calendar with ical.js; every occurrence that ends after `since` and starts before `until`. Times without a
// zone are in `zone`.
import ICAL from "ical.js";

function occurrence({ item, startDate, endDate }) {
  const word = (name) => item.component.getFirstPropertyValue(name);
  return {
    starts_at: startDate.toJSDate().toISOString(),
    ends_at: endDate.toJSDate().toISOString(),
    words: ["transp", "status", "x-microsoft-cdo-busystatus"].map(word).filter(Boolean),
  };
}

function* occurrences(event, until) {
  if (!event.isRecurring()) {
    yield { item: event, startDate: event.startDate, endDate: event.endDate };
    return;
  }
  const iterator = event.iterator();
  for (let next = iterator.next(); next && next.toJSDate() < until; next = iterator.next()) {
    yield event.getOccurrenceDetails(next);
  }
}

export function expand(text, { since, until, zone }) {
  process.env.TZ = zone;
  ICAL.TimezoneService.reset();
  const [first, last] = [since, until].map((moment) => new Date(moment));
  const calendar = new ICAL.Component(ICAL.parse(text));
  calendar.getAllSubcomponents("vtimezone").forEach((zone) => ICAL.TimezoneService.register(zone));
  const events = calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event, { exceptions: [] }));
  const masters = events.filter((event) => !event.isRecurrenceException());
  for (const exception of events.filter((event) => event.isRecurrenceException())) {
    masters.find((event) => event.uid === exception.uid).relateException(exception);
  }
  const found = masters.flatMap((event) => [...occurrences(event, last)].map(occurrence));
  return found.filter((one) => new Date(one.ends_at) > first && new Date(one.starts_at) < last);
}
