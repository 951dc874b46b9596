// Answers every line {"program", "input", "options"} with a line {"answer"} or {"error"}: one process for many tests.
import { createInterface } from "node:readline";
import { count } from "./count_segments.mjs";
import { expand } from "./expand_ical.mjs";
import { read } from "./read_ical.mjs";

const PROGRAMS = { count, expand, read };

function answered(line) {
  try {
    const { program, input, options } = JSON.parse(line);
    return { answer: PROGRAMS[program](input, options) };
  } catch (error) {
    return { error: String(error.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answered(line)) + "\n");
}
