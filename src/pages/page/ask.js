// Questions to the server.

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export async function get(path) {
  return answerOf(await fetch(path));
}

export async function post(path, body, type) {
  return answerOf(await fetch(path, { method: "POST", headers: { "Content-Type": type }, body }));
}

// Gray bytes as a PGM file: no compression to wait for, neither here nor there.
export function pgm(gray, rows, cols) {
  return new Blob([`P5 ${cols} ${rows} 255\n`, gray]);
}
export const PGM = "image/x-portable-graymap";
