// Numbers as pictures: 0 is the paper, positive numbers go towards the accent, negative ones towards the warm colour.

const NAMES = { conv: "convolution", pool: "pooling", dense: "dense" };

// "#1f4e8c" as three numbers.
function rgb(style, name) {
  const hex = style.getPropertyValue(name).trim();
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  return { zero: rgb(style, "--paper"), more: rgb(style, "--accent"), less: rgb(style, "--warm") };
}

// Paints [rows][cols] numbers, one pixel each; limit is the size of number that gets the full colour.
function paint(canvas, values, rows, cols, limit, colours) {
  if (canvas.width !== cols || canvas.height !== rows) Object.assign(canvas, { width: cols, height: rows });
  const context = canvas.getContext("2d"), image = context.createImageData(cols, rows);
  for (let i = 0; i < rows * cols; i++) {
    const value = i < values.length ? values[i] : 0, share = limit > 0 ? Math.min(Math.abs(value) / limit, 1) : 0;
    const full = value < 0 ? colours.less : colours.more;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = colours.zero[c] + share * (full[c] - colours.zero[c]);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// Gray bytes, 0 black to 255 white.
export function paintGray(canvas, gray, rows, cols) {
  canvas.width = cols;
  canvas.height = rows;
  const context = canvas.getContext("2d"), image = context.createImageData(cols, rows);
  gray.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

// Whole screen pixels for each number, about `side` pixels wide in all; gives how many.
export function enlarge(canvas, cols, rows, side) {
  const scale = Math.max(Math.floor(side / cols), 1);
  canvas.style.width = `${cols * scale}px`;
  canvas.style.height = `${rows * scale}px`;
  return scale;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const number = (value) => Number(value.toPrecision(3)).toString();

// ---- One row of maps: a caption, a legend, and the maps ----

function makeRow(title, shape, count) {
  const canvases = Array.from({ length: count }, () => element("canvas"));
  const low = element("span"), high = element("span"), scale = element("canvas");
  const maps = element("div", { className: "maps" }, ...canvases);
  const legend = element("span", { className: "legend" }, low, scale, high);
  maps.setAttribute("role", "img");
  const row = element("figure", { className: "layer" },
    element("figcaption", {}, element("b", { textContent: title }), element("span", { textContent: shape }),
      legend), maps);
  return { row, maps, canvases, legend, low, high, scale, title, shape };
}

function fillRow(row, maps, rows, cols, colours) {
  let largest = 0, least = 0, strongest = 0;
  maps.forEach((values, m) => {
    for (const value of values) {
      if (Math.abs(value) > largest) [largest, strongest] = [Math.abs(value), m];
      least = Math.min(least, value);
    }
  });
  maps.forEach((values, m) => paint(row.canvases[m], values, rows, cols, largest, colours));
  const from = least < 0 ? -largest : 0;
  paint(row.scale, Array.from({ length: 64 }, (_, i) => from + (i / 63) * (largest - from)), 1, 64, largest, colours);
  row.low.textContent = number(from);
  row.high.textContent = number(largest);
  row.legend.style.visibility = largest > 0 ? "" : "hidden";
  row.maps.ariaLabel = `${row.title}, ${row.shape}: numbers from ${number(least)} to ${number(largest)}` +
    (maps.length > 1 ? `, the largest in map ${strongest + 1} of ${maps.length}` : "");
}

// The columns of a dense layer's block: as near to five rows as its units allow.
function columnsOf(units) {
  if (units <= 16) return units;
  let cols = Math.ceil(units / 5);
  while (units % cols !== 0 && cols < units / 3) cols++;
  return cols;
}

// Of the picture that shows one of its maps.
function sidesOf({ rows, cols, maps }) {
  const wide = cols ?? columnsOf(maps[0].length);
  return { rows: rows ?? Math.ceil(maps[0].length / wide), cols: wide };
}

function shapeOf(layer) {
  return layer.type === "dense" ? `${layer.maps[0].length} units`
    : `${layer.maps.length} map${layer.maps.length > 1 ? "s" : ""} of ${layer.rows}×${layer.cols}`;
}

// All layers of the answer to /explain, in `place`; rows are made once and filled again.
export class Walk {
  constructor(place) {
    this.place = place;
    this.rows = null;
  }

  make({ input, layers }) {
    const title = (layer, i) => i === layers.length - 1 ? `${i + 1} ${NAMES[layer.type]}: the scores`
      : `${i + 1} ${NAMES[layer.type]}`;
    this.rows = [makeRow("What the network sees", `${input.rows}×${input.cols} pixels`, 1),
      ...layers.map((layer, i) => makeRow(title(layer, i), shapeOf(layer), layer.maps.length))];
    const isPhone = matchMedia("(max-width: 500px)").matches;
    enlarge(this.rows[0].canvases[0], input.cols, input.rows, 140);
    layers.forEach((layer, i) => {
      const { rows, cols } = sidesOf(layer);
      const side = layer.type === "dense" ? cols * (cols > 16 ? 12 : 24) : !isPhone ? 84
        : layer.maps.length > 6 ? 76 : 100;
      for (const canvas of this.rows[i + 1].canvases) enlarge(canvas, cols, rows, side);
    });
    const classes = layers.at(-1).maps[0].map((_, k) => element("span", { textContent: k }));
    this.rows.at(-1).row.append(element("div", { className: "classes", ariaHidden: "true" }, ...classes));
    this.place.replaceChildren(...this.rows.map(({ row }) => row));
  }

  fill(answer) {
    const colours = palette(), { input, layers } = answer;
    if (this.rows === null) this.make(answer);
    fillRow(this.rows[0], [input.pixels], input.rows, input.cols, colours);
    layers.forEach((layer, i) => {
      const { rows, cols } = sidesOf(layer);
      fillRow(this.rows[i + 1], layer.maps, rows, cols, colours);
    });
  }

  // The rows before anything is drawn, from the network's table: they are there when the first answer comes.
  prepare({ input, layers }) {
    const zeros = (count) => Array(count).fill(0);
    this.blank = {
      input: { rows: input.rows, cols: input.cols, pixels: zeros(input.rows * input.cols) },
      layers: layers.map(({ type, shape: [rows, cols, channels] }) => type === "dense" ? { type, maps: [zeros(rows)] }
        : { type, rows, cols, maps: Array.from({ length: channels }, () => zeros(rows * cols)) }),
    };
    this.empty();
  }

  empty() {
    if (this.blank) this.fill(this.blank);
  }
}
