import type { TreeEntry } from './image-tree.ts';
import { libraryClosure } from './shared-libraries.ts';

/** Who runs a container: never root. */
export interface Account {
  readonly name: string;
  readonly id: number;
  readonly home: string;
}

/** What an empty image needs before a program can start in it: accounts, name resolution, a place for temporary files, and libraries. */
export async function baseTree({ name, id, home }: Account, programs: readonly string[]): Promise<TreeEntry[]> {
  const libraries = await libraryClosure(programs);
  return [
    { target: 'etc/passwd', text: `root:x:0:0:root:/root:/sbin/nologin\n${name}:x:${id}:${id}:${name}:${home}:/sbin/nologin\n` },
    { target: 'etc/group', text: `root:x:0:\n${name}:x:${id}:\n` },
    { target: 'etc/nsswitch.conf', text: 'passwd: files\ngroup: files\nhosts: files dns\n' },
    { target: 'tmp', kind: 'directory', mode: 0o1777 },
    ...libraries.map((path) => ({ target: path.slice(1), copyOf: path, mode: 0o755 })),
  ];
}
