// A person's session with their server, by the library; knows nothing of houses.

import { client, jid, xml } from "@xmpp/client";
import { Inbox } from "./inbox.js";

export class Session {
  #xmpp;
  #inbox = new Inbox();

  /** Prepare a session of `user`; `facts` is what the demo's ready file says. */
  constructor({ xmpp: server, accounts }, user) {
    const { jid: address, password } = accounts[user];
    this.#xmpp = client({
      service: `xmpp://${server.host}:${server.port}`, // which becomes TLS, by STARTTLS
      domain: server.domain,
      resource: "javascript",
      username: jid(address).local,
      password,
    });
    this.#xmpp.reconnect.stop(); // a lost connection is a failure here
    // Version 0.14.0 of the library acknowledges no answers (XEP-0198), so that the server would deliver
    // again what came after them: it is not to see that the server can be told.
    this.#xmpp.prependListener("element", (element) => element.remove("sm", "urn:xmpp:sm:3"));
    this.#xmpp.on("online", () => this.#xmpp.on("stanza", (stanza) => this.#inbox.put(stanza)));
    this.#xmpp.on("error", (error) => {
      throw error;
    });
  }

  /** Log in, and be online. */
  async logIn() {
    this.jid = await this.#xmpp.start();
    if (!this.#xmpp.isSecure()) throw new Error("the connection is not TLS");
    await this.#xmpp.send(xml("presence"));
    await this.presence(String(this.jid.bare())); // the server's copy for ourselves
  }

  /** Log out. */
  async logOut() {
    await this.#xmpp.stop();
  }

  /** Return the full address of somebody, as soon as they are online. */
  async presence(bare) {
    const stanza = await this.#inbox.take(
      `presence of ${bare}`,
      ({ name, attrs }) =>
        name === "presence" && !attrs.type && String(jid(attrs.from).bare()) === bare,
    );
    return stanza.attrs.from;
  }

  /** Send a request (`type` is get or set), and return what is in its result, if anything is. */
  async ask(to, type, payload) {
    // (The library rejects with the error, if that is the answer.)
    const result = await this.#xmpp.iqCaller.request(xml("iq", { to, type }, payload));
    const { id } = result.attrs;
    await this.#inbox.take(
      `the answer of ${to}`,
      ({ name, attrs }) => name === "iq" && attrs.id === id && attrs.from === to,
    );
    return result.getChildElements()[0];
  }

  /** Return the payload of the next message from `from` that has one of the namespace and names. */
  async message(from, namespace, names) {
    const payload = (stanza) =>
      stanza.getChildElements().find((one) => names.some((name) => one.is(name, namespace)));
    const stanza = await this.#inbox.take(
      `a message with ${names.join(" or ")}`,
      (one) => one.name === "message" && one.attrs.from === from && payload(one),
    );
    return payload(stanza);
  }

  /** Return the text of all stanzas that have come since this was last asked. */
  seen() {
    return this.#inbox.seen();
  }

  /** Return the text of all stanzas that nothing here had asked for. */
  unclaimed() {
    return this.#inbox.unclaimed();
  }
}
