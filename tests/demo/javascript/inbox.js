// What a client was sent, kept until somebody claims it: what nobody claims was not to be sent.

const PATIENCE = 10_000; // milliseconds

export class Inbox {
  #kept = [];
  #waiting = [];
  #seen = [];

  /** Keep a stanza, or give it to whoever waits for it. */
  put(stanza) {
    this.#seen.push(String(stanza));
    const index = this.#waiting.findIndex(({ wanted }) => wanted(stanza));
    if (index < 0) this.#kept.push(stanza);
    else this.#waiting.splice(index, 1)[0].give(stanza);
  }

  /** Return the first stanza that is wanted, now or as soon as it comes; `what` is for the error. */
  take(what, wanted) {
    const index = this.#kept.findIndex(wanted);
    if (index >= 0) return Promise.resolve(this.#kept.splice(index, 1)[0]);
    return new Promise((resolve, reject) => {
      const waiter = { wanted, give };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new Error(`${what} did not come in ${PATIENCE} ms`));
      }, PATIENCE);
      this.#waiting.push(waiter);

      function give(stanza) {
        clearTimeout(timer);
        resolve(stanza);
      }
    });
  }

  /** Return the text of all that has come since this was last asked. */
  seen() {
    return this.#seen.splice(0);
  }

  /** Return the text of all that nobody claimed. */
  unclaimed() {
    return this.#kept.map(String);
  }
}
