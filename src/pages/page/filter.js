// The tab that does what `lenet5 filter` does: one convolution and one pooling, and one window worked out.

import { pgm, PGM, post } from "/ask.js";
import { enlarge, paintGray } from "/maps.js";

const SIDE = 224, DRAWN = 70;

function figure(title, { rows, cols, gray }, formula) {
  const made = document.createElement("figure"), caption = document.createElement("figcaption");
  const canvas = document.createElement("canvas"), small = document.createElement("span");
  const frame = document.createElement("div"), outline = document.createElement("i");
  caption.textContent = `${title}, ${rows}×${cols}`;
  small.textContent = formula;
  caption.append(small);
  canvas.setAttribute("role", "img");
  canvas.ariaLabel = `${title}, ${rows} rows by ${cols} columns`;
  paintGray(canvas, gray, rows, cols);
  const scale = enlarge(canvas, cols, rows, SIDE);
  frame.className = "frame";
  frame.append(canvas, outline);
  made.append(caption, frame);
  // Puts the outline around f x f pixels.
  const mark = (row, col, f) => Object.assign(outline.style, { left: `${col * scale}px`, top: `${row * scale}px`,
    width: `${f * scale}px`, height: `${f * scale}px` });
  return { made, canvas, mark };
}

function matrix(rows) {
  const table = document.createElement("table");
  for (const row of rows) {
    const tr = table.insertRow();
    for (const value of row) tr.insertCell().textContent = value;
  }
  return table;
}

const side = (n, p, f, s, out) => `⌊(${n} + 2·${p} − ${f}) / ${s}⌋ + 1 = ${out}`;

export class Filter {
  // pictures() gives {seen: {rows, cols, pixels} or null, drawn: function(side) or null}.
  constructor(pictures) {
    this.pictures = pictures;
    this.form = document.getElementById("filter-form");
    this.weights = document.querySelector("#weights .matrix");
    this.figures = document.getElementById("filtered");
    this.steps = document.getElementById("steps");
    this.help = this.figures.firstElementChild;
    this.asked = 0;
    for (let i = 0; i < 9; i++) {
      const input = Object.assign(document.createElement("input"), { type: "number", step: "any", required: true });
      input.ariaLabel = `row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}`;
      input.readOnly = true;
      this.weights.append(input);
    }
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => this.update());
    this.weights.addEventListener("input", () => this.update());
  }

  query() {
    const { kernel, stride, padding, pool, f } = this.form.elements, inputs = [...this.weights.children];
    const query = new URLSearchParams({ stride: stride.value, padding: padding.value });
    const rows = [0, 3, 6].map((at) => inputs.slice(at, at + 3).map((input) => Number(input.value)));
    query.set("kernel", kernel.value === "own" ? JSON.stringify(rows) : kernel.value);
    if (pool.value !== "") {
      query.set("pool", pool.value);
      query.set("f", f.value);
    }
    for (const input of inputs) input.readOnly = kernel.value !== "own";
    f.disabled = pool.value === "";
    return query;
  }

  body() {
    const { seen, drawn } = this.pictures();
    if (this.form.elements.source.value === "seen")
      return seen && pgm(new Uint8Array(seen.pixels), seen.rows, seen.cols);
    return drawn && pgm(drawn(DRAWN), DRAWN, DRAWN);
  }

  async update() {
    const body = this.body(), number = ++this.asked, query = this.query();
    this.steps.replaceChildren();
    if (!body) {
      this.figures.replaceChildren(this.help);
      return;
    }
    try {
      const answer = await post(`/filter?${query}`, body, PGM);
      if (number === this.asked) this.show(answer);
    } catch (error) {
      const why = Object.assign(document.createElement("p"), { className: "trouble", textContent: error.message });
      if (number === this.asked) this.figures.replaceChildren(why);
    }
  }

  show(answer) {
    const { picture, convolution, pooling, kernel } = answer, { stride, padding, pool, f } = this.form.elements;
    if (this.form.elements.kernel.value !== "own")
      kernel.flat().forEach((value, i) => (this.weights.children[i].value = value));
    const before = figure("Picture", picture, "0 black to 255 white");
    const after = figure("Convolution", convolution,
      side(picture.rows, padding.value, kernel.length, stride.value, convolution.rows));
    const pooled = pooling && figure(pool.value === "max" ? "Maximum pooling" : "Average pooling", pooling,
      side(convolution.rows, 0, f.value, f.value, pooling.rows));
    this.figures.replaceChildren(...[before, after, pooled].filter(Boolean).map(({ made }) => made));
    this.explore(before, after, pooled, answer);
  }

  // One window: under the pointer, or by the arrows.
  explore(before, { canvas, mark }, pooled, answer) {
    const { rows, cols } = answer.convolution, { stride, padding, f } = this.form.elements;
    let row = Math.floor(rows / 2), col = Math.floor(cols / 2);
    const go = (toRow, toCol) => {
      row = Math.min(Math.max(toRow, 0), rows - 1);
      col = Math.min(Math.max(toCol, 0), cols - 1);
      before.mark(row * stride.value - padding.value, col * stride.value - padding.value, answer.kernel.length);
      mark(row, col, 1);
      pooled?.mark(Math.floor(row / f.value), Math.floor(col / f.value), 1);
      this.tell(answer, row, col);
    };
    canvas.tabIndex = 0;
    canvas.ariaLabel += ": point at it, or move with the arrows, to see a window worked out";
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      go(Math.floor((event.clientY - box.top) * rows / box.height),
        Math.floor((event.clientX - box.left) * cols / box.width));
    });
    canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (steps === undefined) return;
      event.preventDefault();
      go(row + steps[0], col + steps[1]);
    });
    go(row, col);
  }

  tell({ picture, convolution, kernel, is_difference, largest }, row, col) {
    const stride = Number(this.form.elements.stride.value), padding = Number(this.form.elements.padding.value);
    const { rows, cols, gray: pixels } = picture, top = row * stride - padding, left = col * stride - padding;
    const at = (r, k) => r >= 0 && r < rows && k >= 0 && k < cols ? pixels[r * cols + k] : 0;
    const window = kernel.map((line, i) => line.map((_, j) => at(top + i, left + j)));
    let sum = 0;
    kernel.forEach((line, i) => line.forEach((weight, j) => (sum += weight * window[i][j])));
    const [text, how] = ["p", "p"].map((name) => document.createElement(name)), line = document.createElement("div");
    text.textContent = `Row ${row}, column ${col} of the convolution: its window times the filter, added up.`;
    line.className = "sum";
    const y = Number(sum.toPrecision(6)), gray = convolution.gray[row * convolution.cols + col];
    line.append(matrix(window), "·", matrix(kernel), `= ${y}`);
    how.textContent = is_difference ? `The filter’s numbers add up to 0, so it answers to differences: ` +
      `|${y}| · 255 / ${Number(largest.toPrecision(6))}, the largest one here, gives gray ${gray}.`
      : `Cut to 0..255 that is gray ${gray}.`;
    this.steps.replaceChildren(text, line, how);
  }
}
