import { mkdirSync, writeFileSync } from 'node:fs';
import { generateGoldenSet, printGoldenSet } from '../harness/corpus/golden-generator.ts';

/** Writes fixtures/golden/questions.json anew from the generator's seed. A test compares both. */
const folder = new URL('../fixtures/golden/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('questions.json', folder), printGoldenSet(generateGoldenSet()));
