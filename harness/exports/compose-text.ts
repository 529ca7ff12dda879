import { Alias, Document, isMap, isScalar, isSeq, visit } from 'yaml';
import type { ComposeService } from './compose-service.ts';

export interface ComposeContent {
  /** Lines of the comment at the top. */
  readonly header: readonly string[];
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  /** What must not be repeated over the services. */
  readonly secrets: readonly string[];
}

/** Compose replaces `$NAME`; two dollars stand for one. */
function withoutInterpolation(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replaceAll('$', '$$$$');
  }
  if (Array.isArray(value)) {
    return value.map(withoutInterpolation);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutInterpolation(inner)]))
    : value;
}

/** Variables whose value is a secret or holds one, each value once, by the anchor under which services refer to it. */
function secretVariables({ services, secrets }: ComposeContent): Map<string, string> {
  const anchors = new Map<string, string>();
  for (const { environment } of Object.values(services)) {
    for (const [variable, value] of Object.entries(environment)) {
      if (!anchors.has(value) && secrets.some((secret) => value.includes(secret))) {
        const name = variable.toLowerCase().replaceAll('_', '-');
        const taken = [...anchors.values()].filter((other) => other === name || other.startsWith(`${name}-`)).length;
        anchors.set(value, taken === 0 ? name : `${name}-${taken + 1}`);
      }
    }
  }
  return anchors;
}

/** Readers of YAML 1.1 and 1.2 differ in which words are no strings; only what is a string to all of them goes without quotes. */
const plainWord = /^-{0,2}[a-z/][\w./:@=-]*$/i;
const ambiguousWord = /^(y|n|yes|no|on|off|true|false|null)$/i;

function quoteAmbiguous(document: Document): void {
  visit(document, {
    Scalar: (_key, node) => {
      const { value } = node;
      if (typeof value === 'string' && !value.includes('\n') && (!plainWord.test(value) || ambiguousWord.test(value))) {
        node.type = 'QUOTE_DOUBLE';
      }
    },
  });
}

/** A command, and a map of one entry, are read more easily on one line; sections and services stand apart. */
function arrange(document: Document): void {
  const standApart = (section: unknown) => {
    for (const { key } of isMap(section) ? section.items.slice(1) : []) {
      if (isScalar(key)) {
        key.spaceBefore = true;
      }
    }
  };
  visit(document, {
    Pair: (_key, { key, value }) => {
      const isCommand = isScalar(key) && (key.value === 'command' || key.value === 'test');
      if ((isSeq(value) && isCommand) || (isMap(value) && value.items.length === 1 && isScalar(value.items[0]?.value))) {
        value.flow = true;
      }
    },
  });
  standApart(document.contents);
  standApart(document.get('services'));
}

/** The first of equal values gets the anchor, the others become aliases of it. */
function anchorOnce(document: Document, anchors: ReadonlyMap<unknown, string>): void {
  const anchored = new Set<string>();
  visit(document, {
    Scalar: (key, node) => {
      const anchor = key === 'key' ? undefined : anchors.get(node.value);
      if (anchor === undefined) {
        return undefined;
      }
      if (anchored.has(anchor)) {
        return new Alias(anchor);
      }
      anchored.add(anchor);
      node.anchor = anchor;
      return undefined;
    },
  });
}

/** The YAML of a Compose file. Every value that holds a secret stands once, at the top, and services refer to it by an alias. */
export function composeText(content: ComposeContent): string {
  const { header, services, networks, volumes } = content;
  const anchors = new Map([...secretVariables(content)].map(([value, anchor]) => [withoutInterpolation(value), anchor]));
  const secrets = Object.fromEntries([...anchors].map(([value, anchor]) => [anchor, value]));
  const sections = { services, networks, volumes };
  const document = new Document(
    { 'x-secrets': secrets, ...(withoutInterpolation(sections) as typeof sections) },
    { aliasDuplicateObjects: false },
  );
  anchorOnce(document, anchors);
  quoteAmbiguous(document);
  arrange(document);
  document.commentBefore = header.map((line) => (line === '' ? '' : ` ${line}`)).join('\n');
  return document.toString({ lineWidth: 0 });
}
