const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const combining = /\p{Mark}/u;

/** How many cells of a terminal the text takes: two for East-Asian wide characters, none for combining marks. */
export function cells(text: string): number {
  let total = 0;
  for (const character of text) {
    total += combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
  }
  return total;
}

/** Share of the font size that a character of a proportional sans-serif takes; a little generous, so labels never collide. */
function advance(character: string): number {
  if (combining.test(character)) {
    return 0;
  }
  if (wide.test(character)) {
    return 1;
  }
  if (/[ilj.,:;|!'’·]/.test(character)) {
    return 0.32;
  }
  if (/[mwMW%@—]/.test(character)) {
    return 0.9;
  }
  return /[A-Z0-9≤≥×÷−+<>=]/.test(character) ? 0.66 : 0.58;
}

/** Width of a line of text in px. There is no canvas at build time, so it is estimated with East-Asian metrics. */
export function textWidth(text: string, fontSizePx: number): number {
  let total = 0;
  for (const character of text) {
    total += advance(character);
  }
  return total * fontSizePx;
}
