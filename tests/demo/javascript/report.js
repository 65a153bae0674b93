// A query's report, put together from the messages that tell it.

const ENDS = ["queryDone", "queryAborted"];

export class Report {
  title = "";
  tables = {}; // by id: { name, columns: [id], rows: [[text]], done }
  notes = []; // messages beside the tables
  messages = 0; // in how many it came
  end = ""; // queryDone or queryAborted, once it has ended
  #started = false;
  #sections = 0;

  /** Take the message with that number, which must be the next one. */
  add(progress, number) {
    this.messages += 1;
    if (number !== this.messages) throw new Error(`number ${number} came as number ${this.messages}`);
    for (const part of progress.getChildElements()) this.#part(part);
  }

  #part(part) {
    if (this.end) throw new Error(`${part.name} after ${this.end}`);
    if (this.#started === (part.name === "queryStarted")) throw new Error(`${part.name} out of order`);
    if (ENDS.includes(part.name)) return this.#finish(part.name);
    const how = this.#parts[part.name];
    if (!how) throw new Error(`${part.name} is unknown`);
    how(part, part.attrs);
  }

  #parts = {
    queryStarted: () => (this.#started = true),
    title: (_part, { name }) => (this.title = name),
    status: () => {}, // for a person who waits
    beginSection: () => (this.#sections += 1),
    endSection: () => (this.#sections -= 1),
    newTable: (part, { tableId, tableName: name }) => {
      const columns = part.getChildren("column").map(({ attrs }) => attrs.columnId);
      this.tables[tableId] = { name, columns, rows: [], done: false };
    },
    newRecords: (part, { tableId }) => {
      const { columns, rows, done } = this.#table(tableId);
      if (done) throw new Error(`records of ${tableId}, which was done`);
      for (const record of part.getChildren("record")) {
        const row = record.getChildElements().map((cell) => (cell.name === "void" ? null : cell.text()));
        if (row.length !== columns.length) throw new Error(`${row.length} cells for ${columns.length} columns`);
        rows.push(row);
      }
    },
    tableDone: (_part, { tableId }) => (this.#table(tableId).done = true),
    queryMessage: (part, { type }) => this.notes.push({ type, text: part.text() }),
  };

  #table(id) {
    if (!this.tables[id]) throw new Error(`the table ${id} is unknown`);
    return this.tables[id];
  }

  #finish(end) {
    if (this.#sections !== 0) throw new Error(`${this.#sections} sections were not ended`);
    if (Object.values(this.tables).some(({ done }) => !done)) throw new Error("a table was not done");
    this.end = end;
  }
}
