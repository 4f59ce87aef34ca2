// The network's table and where it comes from, as /model tells.

const grouped = (value) => value.toLocaleString("en");
const NAMES = { conv: "convolution", pool: "pooling", dense: "dense" };

function row(kind, cells) {
  const tr = document.createElement("tr");
  cells.forEach((text, i) => {
    const cell = document.createElement(i === 0 || kind === "thead" ? "th" : "td");
    if (cell.tagName === "TH") cell.scope = kind === "thead" ? "col" : "row";
    cell.textContent = text;
    tr.append(cell);
  });
  return tr;
}

function layerCells(layer, i) {
  const what = layer.type === "pool" ? layer.mode : layer.activation === "none" ? "" : layer.activation;
  return [`${i + 1} ${NAMES[layer.type]}`, what, layer.f ?? "", layer.s ?? "", layer.p ?? "", layer.shape.join(" × "),
    grouped(layer.size), grouped(layer.parameters), grouped(layer.multiply_adds)];
}

export function showTable(table, network) {
  const parts = {
    thead: [["layer", "kind", "f", "s", "p", "shape", "numbers", "parameters", "multiply-adds"]],
    tbody: [["input", "", "", "", "", network.input.shape.join(" × "), grouped(network.input.size), "", ""],
      ...network.layers.map(layerCells)],
    tfoot: [["total", "", "", "", "", "", "", grouped(network.parameters), grouped(network.multiply_adds)]],
  };
  for (const [kind, rows] of Object.entries(parts)) {
    const part = document.createElement(kind);
    part.append(...rows.map((cells) => row(kind, cells)));
    table.append(part);
  }
}

// What a person asks of a model; the file says more, and some of it may be missing.
function factsOf({ program, digest, training }) {
  const percent = (share) => `${(100 * share).toFixed(2)} %`, facts = [];
  const add = (name, value) => value !== undefined && value !== null && facts.push([name, value]);
  add("trained on", training.data && `${grouped(training.images)} images of ${training.data}`);
  add("passes", training.settings?.epochs ?? training.epochs?.length);
  if (typeof training.test?.accuracy === "number")
    add("accuracy", `${percent(training.test.accuracy)} of ${grouped(training.test.images)} test images`);
  add("trained by", training.program);
  add("served by", program);
  add("SHA-256 of the weights", digest);
  return facts;
}

export function showFacts(list, model) {
  for (const [name, value] of factsOf(model)) {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = name;
    dd.textContent = value;
    list.append(dt, dd);
  }
}
