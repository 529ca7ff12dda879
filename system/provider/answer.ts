import { cutToTokens, tokenWeight } from './tokens.ts';

export interface Message {
  readonly role: string;
  readonly text: string;
}

interface Passage {
  readonly label: string;
  readonly sentences: readonly string[];
}

const labelledLine = /^\[(\d{1,4})\]\s*(.*)$/;
const sentenceEnd = /(?<=[.!?])\s+|(?<=[。！？])/;

/**
 * Finds the context in a prompt: a passage starts on a line `[<number>] text` and goes on until the next one or an empty
 * line. What is left of the last user message is the question, without a leading `Question:`.
 */
export function readPrompt(messages: readonly Message[]): { passages: Passage[]; question: string } {
  const passages: Passage[] = [];
  let question = '';
  for (const { role, text } of messages) {
    const rest: string[] = [];
    let current: { label: string; lines: string[] } | undefined;
    const finish = () => {
      if (current !== undefined) {
        passages.push({ label: current.label, sentences: current.lines.join(' ').trim().split(sentenceEnd).filter(Boolean) });
        current = undefined;
      }
    };
    for (const line of text.split(/\r?\n/)) {
      const [, label, start] = labelledLine.exec(line) ?? [];
      if (label !== undefined) {
        finish();
        current = { label, lines: [start ?? ''] };
      } else if (current !== undefined && line.trim() !== '') {
        current.lines.push(line.trim());
      } else {
        finish();
        rest.push(line);
      }
    }
    finish();
    if (role === 'user') {
      question = rest
        .join(' ')
        .trim()
        .replace(/^.*?(?:Question|问题)\s*[:：]\s*/s, '');
    }
  }
  return { passages: passages.filter(({ sentences }) => sentences.length > 0), question };
}

/**
 * Writes the answer to a prompt: sentences of its passages word for word, each followed by its passage's label, first
 * those that open the passages, then the next ones, over again until `targetTokens` are reached. So an answer can be
 * checked against its context. The same prompt and target give the same answer.
 */
export function writeAnswer(messages: readonly Message[], targetTokens: number, limitTokens: number): { text: string; isCut: boolean } {
  const { passages, question } = readPrompt(messages);
  const written: string[] = [];
  if (passages.length === 0) {
    written.push(`The context given says nothing about: ${question.slice(0, 500)}`);
  } else {
    const longest = Math.max(...passages.map(({ sentences }) => sentences.length));
    let tokens = 0;
    for (let round = 0; tokens < targetTokens; round = (round + 1) % longest) {
      for (const { label, sentences } of passages) {
        const sentence = sentences[round];
        if (sentence !== undefined && tokens < targetTokens) {
          const cited = `${sentence} [${label}]`;
          tokens += tokenWeight(written.length === 0 ? cited : ` ${cited}`);
          written.push(cited);
        }
      }
    }
  }
  const whole = written.join(' ');
  const text = cutToTokens(whole, limitTokens);
  return { text, isCut: text.length < whole.length };
}
