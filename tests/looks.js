// What is wrong with the looks of the page that stands open, a list of sentences. tests/test_page_written.c runs it.

const LEAST_TEXT = 10.5; // pixels
const LEAST_CONTRAST = 4.5; // WCAG AA
const wrong = [], all = (selector) => [...document.querySelectorAll(selector)];

// ---- Room ----

const over = document.documentElement.scrollWidth - innerWidth;
if (over > 0) wrong.push(`the page is ${over} pixels too wide`);
for (const e of all(".scroll, pre"))
  if (e.scrollWidth > e.clientWidth) wrong.push(`${e.textContent.slice(0, 40)} is cut off by ${e.scrollWidth - e.clientWidth} pixels`);

// ---- For those who do not see it ----

for (const e of all("img")) {
  if (!e.alt.trim()) wrong.push("a picture has no text");
  if (!e.complete || e.naturalWidth === 0) wrong.push(`there is no picture: ${e.alt}`);
}
for (const e of all("svg"))
  if (!(e.getAttribute("role") === "img" && e.ariaLabel?.trim()) && e.ariaHidden !== "true") wrong.push("a drawing has no text");
for (const e of all("th"))
  if (!["row", "col"].includes(e.scope) || !e.textContent.trim()) wrong.push(`the head "${e.textContent}" is of no row or column`);
const levels = all("h1, h2, h3, h4, h5, h6").map((e) => Number(e.tagName[1]));
if (levels.filter((level) => level === 1).length !== 1 || levels[0] !== 1) wrong.push(`the headings are ${levels}`);
levels.forEach((level, i) => {
  if (i > 0 && level > levels[i - 1] + 1) wrong.push(`heading ${all("h1, h2, h3, h4, h5, h6")[i].textContent} skips a level`);
});
if (!document.title || document.documentElement.lang !== "en" || all("main").length !== 1) wrong.push("title, language or main is missing");

// ---- Whether text can be read ----

const dot = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

// The colour that colours make, each over the ones before it.
function blend(colours) {
  for (const colour of ["#fff", ...colours]) {
    dot.fillStyle = colour;
    dot.fillRect(0, 0, 1, 1);
  }
  return [...dot.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

function luminance(colour) {
  const [r, g, b] = colour.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.data.trim(), e = walker.currentNode.parentElement, svg = e.closest("svg"), under = [];
  if (text === "" || text === "·") continue;
  const style = getComputedStyle(e);
  const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
  const size = parseFloat(style.fontSize) * scale;
  for (let up = e; up; up = up.parentElement) under.unshift(getComputedStyle(up).backgroundColor);
  const seen = contrast(blend([...under, svg ? style.fill : style.color]), blend(under));
  if (size < LEAST_TEXT) wrong.push(`"${text}" has ${size.toFixed(1)} pixels`);
  if (seen < LEAST_CONTRAST) wrong.push(`"${text}" has a contrast of ${seen.toFixed(1)}`);
}
return wrong;
