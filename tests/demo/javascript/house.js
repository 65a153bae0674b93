// A house, as one of its contacts sees it.

import { xml } from "@xmpp/client";
import { Report } from "./report.js";

const FORM = "jabber:x:data";

export class House {
  #session;
  #words;
  #requests = 0;

  /** `jid` is the house's full address, `words` the dialect to speak with it. */
  constructor(session, jid, words) {
    this.#session = session;
    this.jid = jid;
    this.#words = words;
  }

  /** Return the momentary fields of a node, by name: { type, value, unit }. */
  async read(node) {
    const { sensorData, request, requestId, fields, isLast } = this.#words;
    const id = this.#newId();
    const found = {};
    const question = xml("req", { xmlns: sensorData, ...request(id) }, this.#reference(node));
    let part = await this.#session.ask(this.jid, "get", question);
    for (;;) {
      if (part.attrs[requestId] !== id) throw new Error(`this is of another request: ${part}`);
      this.#collect(part, found);
      if (part.name === "done" || (part.name === fields && isLast(part))) return found;
      part = await this.#session.message(this.jid, sensorData, ["started", fields, "done"]);
    }
  }

  #collect(fields, found) {
    const { name, value, unit, timestamp, node } = this.#words;
    for (const time of fields.getChildren(node).flatMap((block) => block.getChildren(timestamp)))
      for (const { name: type, attrs } of time.getChildElements())
        found[attrs[name]] = { type, value: attrs[value], unit: attrs[unit] };
  }

  /** Set a parameter that is a boolean; return when the house has done it. */
  async set(node, parameter, on) {
    const { control, boolean, name, value } = this.#words;
    const setting = xml(boolean, { [name]: parameter, [value]: String(on) });
    await this.#session.ask(this.jid, "set", xml("set", { xmlns: control }, this.#reference(node), setting));
  }

  /** Return the type of each command of a node, by its name. */
  async commands(node) {
    const answer = await this.#ask("get", "getNodeCommands", this.#words.address(node));
    return Object.fromEntries(answer.getChildren("command").map(({ attrs }) => [attrs.command, attrs.type]));
  }

  /** Return the type of each field of a command's form, by its name. */
  async form(node, command) {
    const answer = await this.#ask("get", "getCommandParameters", { ...this.#words.address(node), command });
    const form = answer.is("x", FORM) ? answer : answer.getChild("x", FORM);
    return Object.fromEntries(form.getChildren("field").map(({ attrs }) => [attrs.var, attrs.type]));
  }

  /** Run a command with these values; return when the house has done it. */
  async run(node, command, values) {
    await this.#ask("set", "executeNodeCommand", { ...this.#words.address(node), command }, submit(values));
  }

  /** Run a query with these values; return its report, once it has ended. */
  async query(node, command, values) {
    const { concentrator, address, newQuery, queryId, sequence } = this.#words;
    const id = this.#newId();
    const answer = await this.#ask(
      "set",
      "executeNodeQuery",
      { ...address(node), command, ...newQuery(id) },
      submit(values),
    );
    const expected = { ...address(node), queryId: queryId(id, answer) };
    const report = new Report();
    while (!report.end) {
      const progress = await this.#session.message(this.jid, concentrator, ["queryProgress"]);
      for (const [name, value] of Object.entries(expected))
        if (progress.attrs[name] !== value) throw new Error(`${name} is not ${value}: ${progress}`);
      report.add(progress, sequence(progress, report.messages + 1));
    }
    return report;
  }

  #newId() {
    return String((this.#requests += 1));
  }

  #reference(node) {
    return xml(this.#words.node, this.#words.address(node));
  }

  #ask(type, operation, attributes, ...content) {
    const payload = xml(operation, { xmlns: this.#words.concentrator, ...attributes }, ...content);
    return this.#session.ask(this.jid, type, payload);
  }
}

function submit(values) {
  const fields = Object.entries(values).map(([name, value]) =>
    xml("field", { var: name }, xml("value", {}, String(value))),
  );
  return xml("x", { xmlns: FORM, type: "submit" }, ...fields);
}
