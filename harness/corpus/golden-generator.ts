import { type ConceptSpace, createConceptSpace } from '../../system/concepts/concept-space.ts';
import type { Language } from '../../system/concepts/vocabulary.ts';
import { drawFrom, type RandomStream, randomStream } from '../../system/policies/random-stream.ts';
import type { GoldenQuestion, GoldenSet, QuestionKind } from './golden-set.ts';
import { drawMixture, type Mixture, phrase } from './prose.ts';
import { type Grade, graderFor } from './relevance.ts';

const seed = 20_261;
const concepts = 24;
const documentCount = 240;
const topicsPerLanguage = 24;
const exactPerLanguage = 7;

const languages: readonly Language[] = ['en', 'zh'];
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const givenNames = ['Ottilie', 'Casimir', 'Philippa', 'Leopold', 'Henrike', 'Ambrose', 'Isolde'];
const familyNames = ['Wraxall', 'Quenby', 'Fjeldstad', 'Oyelaran', 'Czerny', 'Whitlock', 'Jankowska'];
/** None of these characters is in the vocabulary of the concepts. */
const chineseFamilyNames = ['欧阳', '司徒', '诸葛', '慕容', '尉迟', '端木', '轩辕'];
const chineseGivenNames = ['梓萱', '浩然', '雨桐', '嘉懿', '煜祺', '鹤轩', '懿轩'];

interface Written {
  readonly id: string;
  readonly language: Language;
  readonly concepts: Mixture;
  content: string;
}

function write(space: ConceptSpace, stream: RandomStream, mixture: Mixture, language: Language): string {
  const sentences = Array.from({ length: 3 + stream.below(2) }, () => phrase(space, stream, mixture, language, 8 + stream.below(5)));
  return language === 'zh' ? `${sentences.join('。')}。` : `${sentences.join('. ')}.`;
}

/** A code of which others differ by a single digit. */
function codeFamily(stream: RandomStream): readonly [string, string, string] {
  const prefix = `${drawFrom(stream, Array.from(letters))}${drawFrom(stream, Array.from(letters))}`;
  const stem = 100 + stream.below(900);
  const digit = stream.below(8);
  return [`${prefix}-${stem}${digit}`, `${prefix}-${stem}${digit + 1}`, `${prefix}-${stem}${digit + 2}`];
}

const named: Record<
  'code' | 'name',
  Record<Language, { readonly sentence: (term: string) => string; readonly ask: (term: string) => string }>
> = {
  code: {
    en: { sentence: (term) => ` The part number is ${term}.`, ask: (term) => `which record has the part number ${term}` },
    zh: { sentence: (term) => `零件编号为${term}。`, ask: (term) => `哪条记录的零件编号为${term}` },
  },
  name: {
    en: { sentence: (term) => ` It was written by ${term}.`, ask: (term) => `what was written by ${term}` },
    zh: { sentence: (term) => `撰写人：${term}。`, ask: (term) => `撰写人${term}有哪些记录` },
  },
};

/**
 * The golden set, from its seed alone. Topic questions are graded by the labels with which documents and questions were
 * written; a question for a code or a name has one answer, among documents with terms that differ by a digit or half a name.
 */
export function generateGoldenSet(): GoldenSet {
  const space = createConceptSpace({ seed, concepts, dimensions: 16 });
  const stream = randomStream(seed, 'golden set');
  const documents = Array.from({ length: documentCount }, (_, index): Written => {
    const language = languages[index % languages.length] as Language;
    const mixture = drawMixture(stream, concepts);
    return {
      id: `golden-${String(index).padStart(3, '0')}`,
      language,
      concepts: mixture,
      content: write(space, stream, mixture, language),
    };
  });
  const questions: GoldenQuestion[] = [];
  const add = (kind: QuestionKind, language: Language, text: string, relevant: Record<string, Grade>) => {
    questions.push({ id: `${kind}-${language}-${questions.length + 1}`, kind, language, text, relevant });
  };

  for (const language of languages) {
    for (let count = 0; count < topicsPerLanguage; count += 1) {
      const mixture = drawMixture(stream, concepts);
      const body = phrase(space, stream, mixture, language, 6 + stream.below(5));
      const grade = graderFor(mixture);
      const graded = documents.map(({ id, concepts: about }) => [id, grade(about)] as const).filter(([, value]) => value > 0);
      add('topic', language, language === 'zh' ? `如何理解${body}` : `how does ${body} work`, Object.fromEntries(graded));
    }
  }
  // Each document gets at most one term, so that an exact term has one right answer.
  const free = { en: documents.filter((one) => one.language === 'en'), zh: documents.filter((one) => one.language === 'zh') };
  const place = (kind: 'code' | 'name', language: Language, term: string) => {
    const document = free[language].splice(stream.below(free[language].length), 1)[0] as Written;
    document.content += named[kind][language].sentence(term);
    return document;
  };
  for (const language of languages) {
    for (let count = 0; count < exactPerLanguage; count += 1) {
      const [code, ...near] = codeFamily(stream);
      const answer = place('code', language, code);
      for (const other of near) {
        place('code', language, other);
      }
      add('code', language, named.code[language].ask(code), { [answer.id]: 3 });
    }
    const [given, family] = language === 'zh' ? [chineseGivenNames, chineseFamilyNames] : [givenNames, familyNames];
    const full = (first: number, second: number) => {
      const [one, other] = [given[first % given.length] ?? '', family[second % family.length] ?? ''];
      return language === 'zh' ? `${other}${one}` : `${one} ${other}`;
    };
    for (let count = 0; count < exactPerLanguage; count += 1) {
      const answer = place('name', language, full(count, count));
      // The same given name with another family name, and the same family name with another given name.
      place('name', language, full(count, count + 1));
      add('name', language, named.name[language].ask(full(count, count)), { [answer.id]: 3 });
    }
  }
  return {
    schemaVersion: 1,
    space: { seed, concepts },
    documents: documents.map(({ id, language, content }) => ({ id, language, content })),
    questions,
  };
}

/** The file as it is kept: one document and one question per line, so that a change shows as one. */
export function printGoldenSet({ schemaVersion, space, documents, questions }: GoldenSet): string {
  const lines = (items: readonly unknown[]) => items.map((item) => `    ${JSON.stringify(item)}`).join(',\n');
  return `{
  "schemaVersion": ${schemaVersion},
  "space": ${JSON.stringify(space)},
  "documents": [
${lines(documents)}
  ],
  "questions": [
${lines(questions)}
  ]
}
`;
}
