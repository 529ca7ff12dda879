import { createHash } from 'node:crypto';
import { type FakeChat, fakeChatAnswer, newFakeChat } from './fake-chat.ts';
import { type FakeServer, fakeServer, hang } from './fake-server.ts';

export type EmbeddingFault = 'wrong-dimension' | 'not-finite' | 'reordered' | 'missing' | 'repeated' | 'refused';

export interface FakeProvider extends FakeServer {
  fault: EmbeddingFault | 'hanging' | undefined;
  /** A request to embed this text is never answered. */
  hangsAbout: string | undefined;
  /** What the next rankings get instead of one; without it the last document given is the most relevant. */
  rankingFault: 'refused' | 'hanging' | 'missing' | 'repeated' | undefined;
  readonly embedded: string[];
  readonly chat: FakeChat;
}

/** A direction that depends on nothing but the text. */
export function fakeEmbedding(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let index = 0; index < dimensions; index += 1) {
    vector[index] = createHash('sha256').update(`${index}:${text}`).digest().readUInt32LE() / 2 ** 31 - 1;
  }
  return vector;
}

const base64 = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

/** An OpenAI-compatible provider that answers at once and gets its embeddings wrong when told to. */
export async function fakeProvider(): Promise<FakeProvider> {
  const embedded: string[] = [];
  const chat = newFakeChat();
  const server = await fakeServer((request) => {
    const { path, body } = request;
    if (provider.fault === 'hanging') {
      return hang;
    }
    if (path === '/v1/rerank') {
      const ranks = (body as { documents: string[] }).documents.map((_document, index) => ({ index, relevance_score: index }));
      switch (provider.rankingFault) {
        case 'hanging':
          return hang;
        case 'refused':
          return { status: 500, body: { error: { message: 'told to fail' } } };
        case 'missing':
          return { status: 200, body: { results: ranks.slice(1) } };
        case 'repeated':
          return { status: 200, body: { results: [...ranks.slice(1), ...ranks.slice(-1)] } };
        default:
          return { status: 200, body: { results: ranks.reverse() } };
      }
    }
    if (path === '/v1/chat/completions') {
      return fakeChatAnswer(chat, request);
    }
    if (provider.fault === 'refused') {
      return { status: 500, body: { error: { message: 'told to fail' } } };
    }
    const { input, dimensions } = body as { input: string[]; dimensions: number };
    embedded.push(...input);
    if (provider.hangsAbout !== undefined && input.includes(provider.hangsAbout)) {
      return hang;
    }
    const size = provider.fault === 'wrong-dimension' ? dimensions - 1 : dimensions;
    const rows = input.map((text, index) => {
      const vector = fakeEmbedding(text, size);
      if (provider.fault === 'not-finite') {
        vector[0] = Number.NaN;
      }
      return { object: 'embedding', index: provider.fault === 'repeated' ? 0 : index, embedding: base64(vector) };
    });
    if (provider.fault === 'reordered') {
      rows.reverse();
    }
    return { status: 200, body: { object: 'list', data: provider.fault === 'missing' ? rows.slice(1) : rows } };
  });
  const provider: FakeProvider = Object.assign(server, {
    fault: undefined,
    hangsAbout: undefined,
    rankingFault: undefined,
    embedded,
    chat,
  });
  return provider;
}
