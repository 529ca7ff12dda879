import { cruise } from 'dependency-cruiser';
import { cruiseOptions, importRules } from './import-rules.ts';

/**
 * Runs dependency-cruiser and fails when it read nothing: without a TypeScript that it understands it reports success
 * over 0 modules.
 */
const folders = ['scenarios', 'harness', 'system', 'reports'];
const { output } = await cruise(folders, { ...cruiseOptions, ruleSet: { forbidden: [...importRules] }, validate: true });
if (typeof output === 'string') {
  throw new TypeError('dependency-cruiser gave text where modules were expected');
}
const { violations, totalCruised, totalDependenciesCruised } = output.summary;
for (const { rule, from, to } of violations) {
  process.stderr.write(`${rule.name}: ${from} → ${to}\n`);
}
process.stdout.write(`imports: ${totalCruised} modules, ${totalDependenciesCruised ?? 0} imports, ${violations.length} violations\n`);
const typescriptModules = output.modules.filter(({ source }) => source.endsWith('.ts') && source.startsWith('harness/')).length;
if (typescriptModules === 0) {
  process.stderr.write('dependency-cruiser read no module of harness: its TypeScript is missing\n');
}
process.exitCode = violations.length > 0 || typescriptModules === 0 ? 1 : 0;
