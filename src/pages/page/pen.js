// The drawing area: strokes by mouse, finger, pen or keyboard, and a picture behind them.
// Calls changed(isDone) while a stroke grows (false) and when the drawing is worth an answer (true).

const WIDTH = 22, STEP = 10, SIDE = 280;

export class Pen {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.changed = changed;
    this.strokes = [];
    this.stroke = null; // the one that grows
    this.picture = null; // a decoded picture, drawn behind the strokes
    this.cursor = null; // of the keyboard
    canvas.addEventListener("pointerdown", (event) => this.lower(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.lift(event));
    canvas.addEventListener("keydown", (event) => this.press(event));
    canvas.addEventListener("blur", () => this.leave());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.draw();
  }

  get isEmpty() {
    return this.strokes.length === 0 && this.picture === null;
  }

  // Whether there are strokes alone, and they go no further than that from where they began.
  isWithin(distance) {
    const points = this.strokes.flat(), [start] = points;
    return this.picture === null && points.every(({ x, y }) => Math.hypot(x - start.x, y - start.y) < distance);
  }

  // No digit: what it would be read as is chance.
  get isDot() {
    return !this.isEmpty && this.isWithin(WIDTH / 2);
  }

  // ---- Pointer ----

  pointOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const pressure = event.pointerType === "pen" ? 0.6 + 0.8 * event.pressure : 1;
    return { x: (event.clientX - box.left) * SIDE / box.width, y: (event.clientY - box.top) * SIDE / box.height,
             width: WIDTH * pressure };
  }

  lower(event) {
    if (event.button !== 0 || this.stroke !== null) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true, focusVisible: false });
    this.canvas.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.begin(this.pointOf(event));
    this.pointer = event.pointerId;
  }

  move(event) {
    if (this.stroke === null || event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) this.stroke.push(this.pointOf(each));
    this.grow();
  }

  lift(event) {
    if (this.stroke === null || event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.end(event.timeStamp);
  }

  grow() {
    this.draw();
    if (!this.isWithin(2 * WIDTH)) this.changed(false); // so far not worth an answer
  }

  begin(point) {
    this.stroke = [point];
    this.strokes.push(this.stroke);
    this.draw();
  }

  end(time) {
    this.stroke = null;
    this.draw();
    this.changed(true, time);
  }

  // ---- Keyboard ----

  press(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const isUndo = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (event.key in steps) this.step(...steps[event.key]);
    else if (event.key === " ") this.toggle(event.timeStamp);
    else if (isUndo) this.undo();
    else if (event.key === "Delete") this.clear();
    else return;
    event.preventDefault();
  }

  step(dx, dy) {
    const from = this.cursor ?? { x: SIDE / 2, y: SIDE / 2 };
    const within = (value) => Math.min(Math.max(value, WIDTH), SIDE - WIDTH);
    this.cursor = { x: within(from.x + dx * STEP), y: within(from.y + dy * STEP), width: WIDTH };
    this.stroke?.push(this.cursor);
    if (this.stroke !== null) this.grow();
    else this.draw();
  }

  toggle(time) {
    this.cursor ??= { x: SIDE / 2, y: SIDE / 2, width: WIDTH };
    if (this.stroke === null) this.begin(this.cursor);
    else this.end(time);
  }

  leave() {
    if (this.cursor === null) return;
    this.cursor = null;
    if (this.stroke !== null) this.end(performance.now());
    this.draw();
  }

  // ---- What the buttons do ----

  undo() {
    this.stroke = null;
    if (this.strokes.length > 0) this.strokes.pop();
    else this.picture = null;
    this.draw();
    this.changed(true, performance.now());
  }

  clear() {
    this.stroke = this.picture = null;
    this.strokes = [];
    this.draw();
    this.changed(true, performance.now());
  }

  show(picture) {
    this.stroke = null;
    this.strokes = [];
    this.picture = picture;
    this.draw();
  }

  // ---- Pixels ----

  draw() {
    const { context } = this, style = getComputedStyle(this.canvas);
    const ink = style.getPropertyValue("--ink"), accent = style.getPropertyValue("--accent");
    context.fillStyle = style.getPropertyValue("--paper");
    context.fillRect(0, 0, SIDE, SIDE);
    this.drawPicture();
    context.strokeStyle = ink;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes)
      stroke.forEach((point, i) => {
        const from = stroke[Math.max(i - 1, 0)];
        context.lineWidth = point.width;
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(point.x, point.y + (i === 0 ? 0.01 : 0));
        context.stroke();
      });
    this.pixels = context.getImageData(0, 0, SIDE, SIDE).data;
    if (this.cursor !== null) this.drawCursor(this.stroke === null ? accent : ink);
  }

  drawPicture() {
    if (this.picture === null) return;
    const { width, height } = this.picture, scale = Math.min(SIDE / width, SIDE / height);
    this.context.drawImage(this.picture, (SIDE - width * scale) / 2, (SIDE - height * scale) / 2, width * scale,
                           height * scale);
  }

  drawCursor(colour) {
    const { context, cursor } = this;
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(cursor.x, cursor.y, WIDTH / 2 + 3, 0, 2 * Math.PI);
    context.stroke();
  }

  // What is drawn, without the cursor, as gray bytes of side x side; side divides 280.
  gray(side = SIDE) {
    const block = SIDE / side, gray = new Uint8Array(side * side), { pixels } = this;
    for (let row = 0; row < side; row++)
      for (let col = 0; col < side; col++) {
        let sum = 0;
        for (let i = 0; i < block; i++)
          for (let j = 0; j < block; j++) {
            const at = 4 * ((row * block + i) * SIDE + col * block + j);
            sum += 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
          }
        gray[row * side + col] = Math.round(sum / (block * block));
      }
    return gray;
  }
}
