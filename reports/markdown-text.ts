import { visible } from './untrusted-text.ts';

/** Text that cannot leave its cell: no markup, link, code span, table bar or line break of its own takes effect. */
export function plain(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]|~]|^[#+-]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** A table whose cells are plain text. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => '---'), ...rows.map((row) => row.map(plain))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
