// Random bytes by the runtime's generator, drawn in larger pieces: a call of it costs more than the bytes. Each byte is given
// once.

const drawn = new Uint8Array(4096);
let left = 0;

export function randomBytes(size) {
  if (left < size) {
    crypto.getRandomValues(drawn);
    left = drawn.length;
  }
  const given = drawn.slice(left - size, left);
  drawn.fill(0, left - size, left);
  left -= size;
  return given;
}
