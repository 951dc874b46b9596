// Parses a calendar object with ical.js.
import ICAL from "ical.js";

const moment = (event, name) => event.getFirstPropertyValue(name).toJSDate().toISOString();
const party = (property) => property && { name: property.getParameter("cn"), address: property.getFirstValue() };

function understood(event) {
  return {
    uid: event.getFirstPropertyValue("uid"),
    sequence: event.getFirstPropertyValue("sequence"),
    starts_at: moment(event, "dtstart"),
    ends_at: moment(event, "dtend"),
    stamped_at: moment(event, "dtstamp"),
    summary: event.getFirstPropertyValue("summary"),
    description: event.getFirstPropertyValue("description"),
    location: event.getFirstPropertyValue("location"),
    url: event.getFirstPropertyValue("url"),
    status: event.getFirstPropertyValue("status"),
    transparency: event.getFirstPropertyValue("transp"),
    class: event.getFirstPropertyValue("class"),
    organiser: party(event.getFirstProperty("organizer")),
    attendees: event.getAllProperties("attendee").map((attendee) => ({
      ...party(attendee),
      role: attendee.getParameter("role") ?? null,
      answer: attendee.getParameter("partstat") ?? null,
      rsvp: attendee.getParameter("rsvp") ?? null,
    })),
    alarms: event.getAllSubcomponents("valarm").map((alarm) => alarm.getFirstPropertyValue("trigger").toString()),
  };
}

export function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return {
    method: calendar.getFirstPropertyValue("method"),
    events: calendar.getAllSubcomponents("vevent").map(understood),
  };
}
