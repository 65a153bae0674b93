// How each dialect spells what a client asks a house, written from the protocols alone.

const SOURCE = "entities";

const NEURO_FOUNDATION = {
  sensorData: "urn:nf:iot:sd:1.0",
  control: "urn:nf:iot:ctr:1.0",
  concentrator: "urn:nf:iot:concentrator:1.0",
  node: "nd",
  address: (id) => ({ id, src: SOURCE }),
  request: (id) => ({ id, m: "true" }), // for momentary values
  requestId: "id",
  fields: "resp",
  isLast: (fields) => fields.attrs.more !== "true",
  timestamp: "ts",
  boolean: "b",
  name: "n",
  value: "v",
  unit: "u",
  parametrized: "Parametrized",
  // the client names a query, and its messages are counted
  newQuery: (id) => ({ queryId: id }),
  queryId: (id, _answer) => id,
  sequence: (progress, _arrival) => Number(progress.attrs.seqNr),
};

const XSF = {
  sensorData: "urn:xmpp:iot:sensordata",
  control: "urn:xmpp:iot:control",
  concentrator: "urn:xmpp:iot:concentrators",
  node: "node",
  address: (id) => ({ nodeId: id, sourceId: SOURCE }),
  request: (id) => ({ seqnr: id, momentary: "true" }),
  requestId: "seqnr",
  fields: "fields",
  isLast: (fields) => fields.attrs.done === "true",
  timestamp: "timestamp",
  boolean: "boolean",
  name: "name",
  value: "value",
  unit: "unit",
  parametrized: "Parameterized",
  // the house names a query, and does not count
  newQuery: (_id) => ({}),
  queryId: (_id, answer) => answer.attrs.queryId,
  sequence: (_progress, arrival) => arrival,
};

export const DIALECTS = { nf: NEURO_FOUNDATION, xsf: XSF };
