// Walk through a demo that runs: node walk.js READY_FILE DIALECT
//
// Each line of input asks for the next step. A line of JSON says what it found, and all that was
// received meanwhile; so whoever asks can look at the house between two steps.

import { readFile } from "node:fs/promises";
import process from "node:process";
import { createInterface } from "node:readline";
import { DIALECTS } from "./dialects.js";
import { House } from "./house.js";
import { Session } from "./session.js";

const USER = "friend";
const THERMOMETER = "sensor.outside_temperature";
const LIGHT = "light.kitchen_lights";
const WEATHER = "weather.demo_weather_north";

async function* walk(session, address, words) {
  const house = new House(session, await session.presence(address), words);
  yield { step: "find", jid: house.jid };

  yield { step: "read", fields: await house.read(THERMOMETER) };

  await house.set(LIGHT, "power", false);
  yield { step: "control" };

  expectEqual((await house.commands(LIGHT)).turn_on, words.parametrized);
  const form = await house.form(LIGHT, "turn_on");
  await house.run(LIGHT, "turn_on", { brightness: 77 });
  yield { step: "command", form };

  expectEqual((await house.commands(WEATHER)).get_forecasts, "Query");
  const report = await house.query(WEATHER, "get_forecasts", { type: "twice_daily" });
  yield { step: "query", report };

  yield { step: "history", report: await house.query(LIGHT, "history", {}) };

  yield { step: "end", unclaimed: session.unclaimed() };
}

function expectEqual(found, expected) {
  if (found !== expected) throw new Error(`${found} is not ${expected}`);
}

const [file, dialect] = process.argv.slice(2);
const facts = JSON.parse(await readFile(file, "utf8"));
const session = new Session(facts, USER);
await session.logIn();
const steps = walk(session, facts.accounts.home.jid, DIALECTS[dialect]);
for await (const _line of createInterface({ input: process.stdin })) {
  const { value: step, done } = await steps.next();
  if (done) break;
  console.log(JSON.stringify({ ...step, received: session.seen() }));
}
await session.logOut();
